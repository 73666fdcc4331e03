"""When a migration must be looked at again, whatever else happens: the earliest due time of its steps."""

from datetime import datetime, timedelta
from typing import Final

from shared.domain.aftermath import given_up_at, still_out
from state_schema.migration import Migration, StepState

RESEND: Final = timedelta(minutes=2)
"""An order without a report is sent again."""
POLL: Final = timedelta(minutes=5)
"""Machines elsewhere are looked at, in case a webhook was lost."""
LOOK: Final = timedelta(minutes=30)
"""A pull request that waits for people is looked at."""
REFRESH: Final = timedelta(hours=6)
"""A card that waits for people is compared with the state."""
QUEUE: Final = timedelta(minutes=1)
"""A queued step tries again, in case the one that freed the slot crashed before waking it."""
OVER: Final = frozenset({"completed", "aborted"})


def next_check(state: Migration, at: datetime) -> datetime | None:
    """The time of the next look, from `at` on; None where nothing can become due: not started, or over.

    An aborted migration is looked at again only where work is still out.
    """
    if state.status == "aborted":
        return min((max(given_up_at(step), at) for _, _, step in still_out(state)), default=None)
    if state.status in OVER or state.status == "pending":
        return None
    current = [track.steps[track.step] for track in state.tracks.values() if track.step and track.status != "completed"]
    return min((_due(step, at) for step in current), default=at + QUEUE)


def _due(step: StepState, at: datetime) -> datetime:
    if step.until is not None:
        return max(step.until, at)
    asked = step.checkpoint
    timed = [step.deadline]
    if asked is not None:
        timed += [asked.remind_at, asked.escalate_at, None if asked.overdue else asked.overdue_at]
    return min([_look(step, at), *(max(one, at) for one in timed if one is not None)])


def _look(step: StepState, at: datetime) -> datetime:
    match step.status:
        case "in_progress":
            return at + RESEND
        case "queued":
            return at + QUEUE
        case "waiting":
            return at + POLL
        case _:
            return at + (LOOK if step.watches else REFRESH)
