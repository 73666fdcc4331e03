"""What each event about people changes of the step that asks them: one small function an event, in one table."""

from collections.abc import Callable
from typing import Any, Final

from shared.domain.permissions import is_merge_approval
from shared.domain.view import Cause
from state_schema import events as happened
from state_schema.migration import Decided, Given, Listed, StepState, Voided
from state_schema.model import unchecked

Change = dict[str, Any]
"""Fields of `StepState` and their new values."""
_proof: Final = unchecked(Decided)


def _opened(step: StepState, event: happened.CheckpointOpened, cause: Cause, number: int) -> Change:
    change: Change = {"checkpoint": event.checkpoint, "attempt": event.attempt, "until": None}
    if event.checkpoint.reason != "failure":
        change |= {"status": "awaiting_human", "watches": event.watches}
    return change


def _reminded(step: StepState, event: happened.CheckpointReminded, cause: Cause, number: int) -> Change:
    asked = step.checkpoint
    reminded = asked.reminded + 1 if asked else 0
    return _asked(step, remind_at=event.remind_at, reminded=reminded, reminded_at=cause.at)


def _escalated(step: StepState, event: happened.CheckpointEscalated, cause: Cause, number: int) -> Change:
    return _asked(step, remind_at=event.remind_at, escalate_at=None, escalated_at=cause.at)


def _reminders_moved(step: StepState, event: happened.RemindersMoved, cause: Cause, number: int) -> Change:
    return _asked(step, remind_at=event.remind_at, escalate_at=event.escalate_at)


def _asked(step: StepState, **changed: Any) -> Change:  # noqa: ANN401 - any field of a checkpoint
    return {"checkpoint": step.checkpoint.model_copy(update=changed) if step.checkpoint else None}


def _overdue(step: StepState, event: happened.CheckpointOverdue, cause: Cause, number: int) -> Change:
    return _asked(step, overdue=True)


def _assigned(step: StepState, event: happened.CheckpointAssigned, cause: Cause, number: int) -> Change:
    return {"checkpoint": step.checkpoint.model_copy(update={"assigned_to": event.to}) if step.checkpoint else None}


def _given(step: StepState, event: happened.ApprovalGiven, cause: Cause, number: int) -> Change:
    asked = step.checkpoint
    if asked is None:
        return {}
    given = (*asked.given, Given(actor=cause.actor, at=cause.at))
    return {"checkpoint": asked.model_copy(update={"given": given})}


def _voided(step: StepState, event: happened.ApprovalVoided, cause: Cause, number: int) -> Change:
    asked, void = step.checkpoint, set(event.actors)
    left = tuple(one for one in asked.given if one.actor not in void) if asked else ()
    return {
        "voided": Voided(actors=event.actors, at=cause.at, reason=event.reason),
        "decided": tuple(one for one in step.decided if not is_merge_approval(one)),
        "checkpoint": asked.model_copy(update={"given": left}) if asked else None,
    }


def _decided(step: StepState, event: happened.CheckpointDecided, cause: Cause, number: int) -> Change:
    proof = _proof(
        reason=event.reason, verb=event.verb, actor=cause.actor, at=cause.at,
        attempt=event.attempt, digest=event.digest, signal=cause.signal, others=event.others,
    )  # fmt: skip
    change: Change = {"decided": (*step.decided[-3:], proof), "voided": None}
    asked = step.checkpoint
    awaits_merge = asked is not None and is_merge_approval(proof) and asked.kind == "approval"
    if not awaits_merge:
        change["checkpoint"] = None
    if step.status == "awaiting_human" and not awaits_merge:
        change["status"] = "pending"
    if event.choices is not None:
        change["chosen"] = Listed(event=number, count=len(event.choices))
    return change


CHANGES: Final[dict[type, Callable[[StepState, Any, Cause, int], Change]]] = {
    happened.CheckpointOpened: _opened,
    happened.CheckpointReminded: _reminded,
    happened.CheckpointEscalated: _escalated,
    happened.RemindersMoved: _reminders_moved,
    happened.CheckpointOverdue: _overdue,
    happened.CheckpointAssigned: _assigned,
    happened.ApprovalGiven: _given,
    happened.ApprovalVoided: _voided,
    happened.CheckpointDecided: _decided,
}
