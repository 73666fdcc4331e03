"""The thread under a card: what was recorded since it was rendered before, as far as people care, a line for each."""

from collections.abc import Sequence
from typing import Final

from shared.messages.people import moment, person
from shared.messages.recorded import what
from state_schema.events import Event, Recorded
from state_schema.migration import PullRequestSeen

LONGEST: Final = 2800
"""Characters of one message."""
_TEXT: Final = 400
_QUIET: Final = frozenset(
    {
        "migration_created", "track_started", "step_queued", "step_pending", "step_progressed", "step_waiting",
        "slot_released", "act_refused", "checkpoint_reminded", "checkpoint_escalated", "reminders_moved",
        "migration_completed",
    }
)  # fmt: skip
"""Told by the card itself, by an answer to one person, or by a reminder."""
_WITH_OTHERS: Final = frozenset({"migration_started", "step_started", "choices_offered", "checkpoint_opened"})
"""Told beside what is worth a message, and not worth one alone: the card asks, the thread need not."""


def told(track: str, records: Sequence[Recorded]) -> str:
    """The newest lines that fit; empty where nothing is worth a message. `records`: the migration's, oldest first."""
    ours = [one for one in records if _is_of(one.event, track) and not _is_quiet(one.event)]
    if not any(_is_worth_it(one.event) for one in ours):
        return ""
    kept: list[str] = []
    room = LONGEST
    for one in reversed(ours):
        line = f"• {moment(one.at)} · {person(one.actor)} · {what(one.event, _TEXT)}"
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    earlier = [f"… {len(ours) - len(kept):,} more before these"] if len(kept) < len(ours) else []
    return "\n".join([*earlier, *kept])


def _is_quiet(event: Event) -> bool:
    """Work that nobody heard of may still be running, beside what has its slot now: people are to look at it."""
    return event.kind in _QUIET and not (event.kind == "slot_released" and event.why == "deadline")


def _is_of(event: Event, track: str) -> bool:
    """What is about no track is about each of them."""
    return getattr(event, "track", track) == track


def _is_worth_it(event: Event) -> bool:
    if event.kind == "observation_recorded":
        return isinstance(event.seen, PullRequestSeen)
    return event.kind not in _WITH_OTHERS
