"""A refused act, answered as a good colleague would: why not, what the state is, and what would work."""

from collections.abc import Iterator
from typing import Final

from shared.domain.checkpoints import ROLLBACK, open_checkpoints
from shared.domain.display import urgent_track
from shared.domain.follow import track_names
from shared.domain.known_people import known_in
from shared.domain.reasons import REASON_WANTED
from shared.domain.view import Refusal, View
from shared.messages.answer_text import within_limit
from shared.messages.escaping import sentence
from shared.messages.people import who_may
from shared.messages.replies import refusal_answer
from shared.messages.standing import Standing
from shared.messages.unknown import suggestion, suggestions
from shared.messages.verbs import label_of, to_do
from shared.messages.whereabouts import where
from state_schema.answers import LONGEST, Answer, Suggestion
from state_schema.signals import Act

_STATE_HELPS: Final = frozenset({"already_started", "already_over", "already_decided", "out_of_date"})


def impossible(view: View, refusal: Refusal, signal: Act) -> Answer:
    """The refusal with suggestions that fit where the migration is, for the person who acted."""
    answer, view = refusal_answer(refusal), known_in(view, signal.at)
    resource, wave = view.state.resource.id, view.state.resource.wave
    match refusal.reason_code:
        case "nothing_to_answer":
            return _nothing_waits(view, answer, signal)
        case "ambiguous":
            tracks = [track for track, _, _, asked in open_checkpoints(view) if signal.verb in asked.verbs]
            ways = [_repeated(signal, resource, track, label=track) for track in tracks]
        case "wave_not_open":
            ways = [suggestion("open-wave", str(wave), label=f"Open wave {wave}"), suggestion("status", label="Status")]
        case "breaker_open":
            ways = [suggestion("resume", "wave", str(wave), label=f"Let wave {wave} go on")]
        case "four_eyes":
            return answer.model_copy(
                update={
                    "next_steps": (_who_instead(view, signal) or refusal.next_step,),
                    "related_resources": (resource,),
                }
            )
        case one if one in _STATE_HELPS:
            ways = [suggestion("explain", resource, label="See where it is")]
        case _:
            ways = []
    return answer.model_copy(update={"suggestions": suggestions(*ways), "related_resources": (resource,)})


def _who_instead(view: View, signal: Act) -> str:
    """Who may, where whoever asked for a thing may not; empty where it is not clear which question was meant."""
    named = signal.checkpoint.track if signal.checkpoint else signal.track
    asked = [
        (track, one)
        for track, _, _, one in open_checkpoints(view)
        if signal.verb in one.verbs and named in {None, track}
    ]
    return who_may(Standing(view, asked[0][0]), asked[0][1]) if len(asked) == 1 else ""


def _repeated(signal: Act, resource: str, track: str, *, label: str) -> Suggestion | None:
    """The same act with its environment. None without the reason that it wants: a button asks for none.

    Answers to a form are typed again: a button has no room for them.
    """
    if signal.verb in REASON_WANTED and not signal.note:
        return None
    more = "all" if signal.verb == "decide" else signal.note
    return suggestion(signal.verb, resource, track, *([more] if more else []), label=label)


def _nothing_waits(view: View, answer: Answer, signal: Act) -> Answer:
    """`Can't deploy email.notifications: pull request #123 is not merged. Check it now?`."""
    name = signal.track or urgent_track(view) or next(iter(track_names(view)))
    at, resource = Standing(view, name), view.state.resource.id
    found = where(at, signal.actor)
    if signal.verb == ROLLBACK and at.question is not None and at.question.reason == "failure":
        found = found._replace(sentence=f"the plan names no rollback for {at.path} of {name}", question="")
    asked = f"Can't {to_do(signal.verb)} {resource}{f' in {signal.track}' if signal.track else ''}: "
    message = f"{sentence(asked + found.sentence)} {found.question}".strip()
    elsewhere = list(_elsewhere(view, signal))
    return answer.model_copy(
        update={
            "message": within_limit(message, LONGEST),
            "next_steps": (found.who,) if found.who and not elsewhere else (),
            "suggestions": suggestions(*elsewhere, *found.suggestions),
            "related_resources": (resource, *found.links),
        }
    )


def _elsewhere(view: View, signal: Act) -> Iterator[Suggestion | None]:
    """The very same verb, where another track asks for it."""
    for track, _, _, asked in open_checkpoints(view):
        if signal.verb in asked.verbs and track != signal.track:
            yield _repeated(signal, view.state.resource.id, track, label=f"{label_of(signal.verb)} in {track}")
