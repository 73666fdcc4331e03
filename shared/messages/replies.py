"""Answers to one person's act, in Slack's markup; a terminal shows them through `escaping.as_plain`.

Each stays within the 3,000 characters that a reply may have.
"""

import difflib
from collections.abc import Sequence
from typing import Final

from shared.domain.aftermath import still_out
from shared.domain.form_words import shown
from shared.domain.view import Decision, Refusal, View
from shared.messages.approvals import answer_to_one_of_several
from shared.messages.escaping import code, mrkdwn
from shared.messages.links import address_in_words
from shared.messages.needed import COMMAND
from shared.messages.people import who_may, with_mentions
from shared.messages.standing import Standing
from shared.messages.status_page import counted
from shared.messages.turn import held
from shared.messages.verbs import done, label_of
from state_schema.answers import Answer, refused
from state_schema.events import CheckpointDecided, Event
from state_schema.ids import TrackName
from state_schema.signals import Act
from state_schema.summary import Summary

_LISTED: Final = 10
_LONGEST: Final = 2800
_WORDS: Final = {
    "in_progress": "is at work",
    "waiting": "waits for machines",
    "awaiting_human": "waits for people",
    "completed": "is completed",
    "failed": "failed",
    "blocked": "is blocked",
}
_NAMES_PEOPLE: Final = frozenset(
    {
        "already_assigned", "already_decided", "already_excepted", "already_frozen", "already_over", "already_paused",
        "already_started", "not_of_the_campaign", "second_person",
    }
)  # fmt: skip


def refusal_answer(refusal: Refusal) -> Answer:
    """Why nothing was done, and what to do next."""
    text = mrkdwn(refusal.message, 1500)
    if refusal.reason_code in _NAMES_PEOPLE:
        text = with_mentions(text)
    then = mrkdwn(refusal.next_step, 1000)
    return refused(refusal.reason_code, text).model_copy(update={"next_steps": (then,) if then else ()})


def answer_text(decision: Decision, signal: Act) -> str:
    """What was done, and where the migration is now, in one sentence; of an act that was not refused."""
    if decision.looks:
        return look_text(decision.looks)
    state = decision.view.state
    decided = next((event for event in decision.events if isinstance(event, CheckpointDecided)), None)
    if not decision.events:
        return f"{code(signal.verb)} was taken before; nothing changed at {state.resource.id}."
    if decided is None and (said := answer_to_one_of_several(decision)):
        return said
    if decided is None:
        where = f" to {signal.move.to}" if signal.move else ""
        return f"{done(signal.verb)} {state.resource.id}{where}{_now(decision.view, _tracks(decision.events))}."
    if others := _others_first(decision, decided):
        return others
    return f"{_taken(decided)} of {state.resource.id} in {decided.track}{_now(decision.view, [decided.track])}."


def _others_first(decision: Decision, decided: CheckpointDecided) -> str:
    """Who has to agree before what was asked for after a failure begins; empty where nobody has to."""
    at = Standing(decision.view, decided.track)
    if decided.reason != "failure" or at.path != decided.step or at.question is None or at.question.reason == "failure":
        return ""
    asked = (
        f"{label_of(decided.verb)} is asked for: {decided.step} of {decision.view.state.resource.id} in {decided.track}"
    )
    return f"{asked}. It begins when others agree. {who_may(at, at.question)}"


def look_text(addresses: Sequence[str]) -> str:
    """What is being looked at."""
    return f"Looking at {', '.join(map(address_in_words, addresses[:_LISTED]))} now."


def unknown_command_text(text: str, known: Sequence[str]) -> str:
    """It was no command; the one that was probably meant."""
    close = difflib.get_close_matches(text[:40].lower(), known, n=1)
    meant = f"Did you mean {code(close[0])}? " if close else ""
    return f"I don't know {code(text, 100)}. {meant}{code(f'{COMMAND} help')} lists what I know."


def unknown_resource_text(resource: str, known: Sequence[str]) -> str:
    """There is no such resource; those that were probably meant, else the first ones of the list."""
    hint = _meant(resource, known) or f"{code(f'{COMMAND} status')} lists what it has."
    return f"The campaign has no {code(resource, 100)}. {hint}"


def unknown_campaign_text(campaign: str, known: Sequence[str]) -> str:
    """There is no such campaign; those that were probably meant, else the first ones of the list."""
    verb = f"There {'is' if len(known) == 1 else 'are'}"
    none = f"There is none at all: apply one with {code('migrate campaign apply FILE')}."
    return f"There is no campaign {code(campaign, 100)}. {_meant(campaign, known, verb) or none}"


def _meant(word: str, known: Sequence[str], verb: str = "It has") -> str:
    """Those that are spelt like it, else the first ones; empty where there are none."""
    close = difflib.get_close_matches(word[:60].lower(), known, n=3)
    if close:
        return f"Did you mean {' or '.join(map(code, close))}?"
    more = f" and {len(known) - _LISTED:,} more" if len(known) > _LISTED else ""
    return f"{verb} {', '.join(map(code, known[:_LISTED]))}{more}." if known else ""


def status_text(campaign: str, summaries: Sequence[Summary]) -> str:
    """The campaign, or one migration, in a few lines; those that people can act on come first."""
    return within(f"*{mrkdwn(campaign, 60)}*: {counted(summaries)}", [_row(row) for row in ranked(summaries)])


def ranked(summaries: Sequence[Summary]) -> list[Summary]:
    """Those that people can act on first, those that are over last; then by wave and resource."""
    return sorted(summaries, key=lambda row: (not row.actionable, row.status == "completed", row.wave, row.resource))


def _row(row: Summary) -> str:
    name = mrkdwn(row.name or row.resource, 80)
    now = f" at {code(row.current_step, 130)}" if row.current_step else ""
    follows = f": {mrkdwn(row.next_action, 400)}" if row.next_action else ""
    typed = f" ({code(f'{COMMAND} {row.command}')})" if row.command else ""
    return f"• *{name}* · {code(row.word, 80)}{now}{follows}{typed}"


def within(title: str, lines: Sequence[str]) -> str:
    """The title and as many whole lines as a reply holds."""
    shown, room = [title], _LONGEST - len(title)
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append(f"… and {len(lines) - len(shown) + 1:,} more.")
            break
        shown.append(line)
    return "\n".join(shown)


def _taken(decided: CheckpointDecided) -> str:
    if decided.answers is not None:
        return f"Answered {code(shown(decided.answers), 1000)} for {decided.step}"
    if decided.choices is not None:
        return f"Chose {len(decided.choices):,} for {decided.step}"
    if decided.verb in {"deploy", "run-migration", "open-pr", "merge", "delete"}:
        return f"{label_of(decided.verb)}: taken for {decided.step}"
    return f"{done(decided.verb)} {decided.step}"


def _tracks(events: Sequence[Event]) -> list[TrackName]:
    return list(dict.fromkeys(track for event in events if (track := getattr(event, "track", None)) is not None))


def _now(view: View, tracks: Sequence[str]) -> str:
    """`; now infra.pull_request of test is at work`, for the first track that stands anywhere."""
    state = view.state
    if state.status in {"completed", "aborted"}:
        out = [f"{path} of {track}" for track, path, _ in still_out(state)] if state.status == "aborted" else []
        runs = f"; still running, and keeping its slot until it ends: {', '.join(out)}" if out else ""
        return f"; the migration is {state.status}{runs}"
    for name in tracks:
        track = state.tracks.get(name)
        if track is None or track.step is None:
            continue
        if track.status == "completed":
            return f"; {name} is completed"
        how = held(Standing(view, name)) if track.status == "queued" else _WORDS.get(track.status, track.status)
        return f"; now {track.step} of {name} {how}"
    return ""
