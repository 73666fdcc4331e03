"""Which events the clock brought about, whatever signal came by just then: whoever sent that did not cause them."""

from datetime import datetime
from typing import Final

from shared.domain.deadlines import TIMED_OUT
from shared.domain.view import View
from state_schema.events import Event, StepCompleted, StepFailed, StepRetried

CLOCK: Final = "timer"
"""The actor of these events."""
_ALWAYS: Final = frozenset({"checkpoint_reminded", "checkpoint_escalated", "reminders_moved", "checkpoint_overdue"})
_OF_THE_WHOLE: Final = frozenset({"track_started", "migration_completed"})


def is_due(view: View, event: Event, at: datetime) -> bool:
    """Whether a time that has come is why this event follows; `view` is the one before it."""
    if event.kind in _ALWAYS:
        return True
    match event:
        case StepFailed(failure=failure):
            return failure.code == TIMED_OUT
        case StepRetried() | StepCompleted():
            step = view.state.tracks[event.track].steps.get(event.step)
            return step is not None and step.status == "waiting" and step.until is not None and step.until <= at
        case _:
            return False


def leads_on(before: Event, event: Event) -> bool:
    """Whether `event` is what comes of `before`, the one that the clock brought about just now or what came of that."""
    if before.kind in _ALWAYS:
        return False
    return event.kind in _OF_THE_WHOLE or getattr(event, "track", None) == getattr(before, "track", None)
