"""What an act that fits no open question is told: who was first, what changed, or what would work now."""

from collections.abc import Iterator

from shared.domain.checkpoints import AFTER_BLOCK, INTERVENTIONS, MERGED, open_checkpoints
from shared.domain.excepting import in_utc
from shared.domain.learnt import usual
from shared.domain.permissions import VERB_OF_ACTION
from shared.domain.reasons import words_after
from shared.domain.view import Refusal, View
from state_schema.migration import Decided
from state_schema.signals import Act, CheckpointRef

_ALIKE = (
    frozenset((*INTERVENTIONS, *AFTER_BLOCK, *MERGED, "rollback")),
    frozenset(("confirm", *VERB_OF_ACTION.values())),
)
"""Verbs that answer one and the same question: of a failure, and of a gate."""


def why_not(view: View, act: Act) -> Refusal:
    """Why the act fits no open checkpoint, and what would work."""
    if view.state.status == "aborted":
        return already_over(view, "Nobody is asked for anything any more.")
    winner = _winner_of_button(view, act.checkpoint, act.verb) if act.checkpoint else _winner_of_words(view, act)
    if winner is not None:
        who = " and ".join((*(winner.others or ()), winner.actor))
        text = f"{who} answered this already with `{winner.verb}`, at {in_utc(winner.at)}."
        return Refusal("already_decided", text, "The card shows where it is now." if act.checkpoint else _would(view))
    if act.checkpoint is not None:
        return Refusal("out_of_date", "This button is out of date: what it showed has changed since.",
                       "Look at the card as it is now, and answer that.")  # fmt: skip
    where = f" in {act.track}" if act.track else ""
    text = f"Nothing waits for `{act.verb}` at {view.state.resource.id}{where}."
    return Refusal("nothing_to_answer", text, _would(view))


def already_started(view: View) -> Refusal:
    """Somebody was first, or it is over."""
    state = view.state
    if state.status == "aborted":
        return already_over(view, "It cannot be started again.")
    when = f", at {in_utc(state.started_at)}" if state.started_at else ""
    text = f"{state.started_by or 'Somebody'} started {state.resource.id} already{when}; it is {state.status}."
    return Refusal("already_started", text, "See where it is with `status`.")


def already_over(view: View, then: str) -> Refusal:
    """It is completed, or somebody aborted it."""
    resource = view.state.resource.id
    if view.ended is None:
        return Refusal("already_over", f"{resource} is {view.state.status} already.", then)
    return Refusal("already_over", f"{view.ended.actor} aborted {resource} already, at {in_utc(view.ended.at)}.", then)


def several(view: View, act: Act, tracks: list[str]) -> Refusal:
    """The act fits the questions of all these tracks."""
    return Refusal("ambiguous", f"`{act.verb}` fits several open checkpoints: {', '.join(tracks)}.",
                   f"Say which one: `{act.verb} {view.state.resource.id} <environment>`.")  # fmt: skip


def _would(view: View) -> str:
    resource = view.state.resource.id
    verbs = [
        f"`{' '.join((verb, resource, one[0], *(words_after(verb) if one[3].reason == 'failure' else ())))}`"
        for one in open_checkpoints(view)
        for verb in one[3].verbs
    ]
    mostly = dict.fromkeys(str(found) for one in open_checkpoints(view) if (found := usual(view.gate, *one[1:])))
    known = f" ({', '.join(mostly)})" if mostly else ""
    return (
        f"What would work now: {', '.join(verbs[:8])}{known}."
        if verbs
        else f"Nobody is asked about {resource} just now."
    )


def _winner_of_button(view: View, ref: CheckpointRef, verb: str) -> Decided | None:
    """A gate and the failure after it show the same digest: the verb tells which of the two it was."""
    track = view.state.tracks.get(ref.track)
    step = track.steps.get(ref.step) if track else None
    found = [one for one in reversed(step.decided if step else ()) if _answers(one, ref)]
    return next((one for one in found if _answers_alike(one, verb)), found[0] if found else None)


def _answers(decided: Decided, ref: CheckpointRef) -> bool:
    """Whether this decision answered that question; a rollback is bound to the digest of its own order instead."""
    took_back = decided.reason == "failure" and decided.verb == "rollback" and decided.attempt == ref.attempt + 1
    return took_back or decided.digest == ref.digest


def _winner_of_words(view: View, act: Act) -> Decided | None:
    """The last answer, where this verb would have been one too, to what the track asks or asked just before.

    Of any track, where none is named. What was answered longer ago is another story: the same word may be wanted again.
    """
    tracks = [name for name in view.state.tracks if act.track in {None, name}]
    answers = [one for name in tracks for one in _answers_of_late(view, name) if _answers_alike(one, act.verb)]
    return max(answers, key=lambda one: one.at, default=None)


def _answers_of_late(view: View, name: str) -> Iterator[Decided]:
    track = view.state.tracks[name]
    stop = view.plan.stop(name, track.step) if track.step else None
    if stop is None:
        return
    for near in view.plan.stops(name)[max(stop.number - 1, 0) : stop.number + 1]:
        yield from track.steps[near.path].decided if near.path in track.steps else ()


def _answers_alike(decided: Decided, verb: str) -> bool:
    if decided.verb == verb:
        return True
    failure, gate = _ALIKE
    return verb in {"failure": failure, "gate": gate}.get(decided.reason, frozenset())
