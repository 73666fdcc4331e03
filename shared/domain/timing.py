"""When a migration must be looked at again, whatever else happens: the earliest due time of its steps."""

from datetime import datetime, timedelta
from typing import Final

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
    """The time of the next look, from `at` on; None where nothing can become due: not started, or over."""
    if state.status in OVER or state.status == "pending":
        return None
    current = [track.steps[track.step] for track in state.tracks.values() if track.step and track.status != "completed"]
    return min((_due(step, at) for step in current), default=at + QUEUE)


def _due(step: StepState, at: datetime) -> datetime:
    if step.until is not None:
        return max(step.until, at)
    match step.status:
        case "in_progress":
            return at + RESEND
        case "queued":
            return at + QUEUE
        case "waiting":
            return at + POLL
        case _:
            return at + (LOOK if step.watches else REFRESH)
