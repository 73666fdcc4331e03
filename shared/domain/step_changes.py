"""What each event changes of the step that it is about: one small function an event, in one table."""

from collections.abc import Callable
from typing import Any, Final

from shared.domain.permissions import is_merge_approval
from shared.domain.view import Cause
from state_schema import events as happened
from state_schema.migration import Decided, Given, Listed, Progress, StepState, Voided
from state_schema.model import unchecked

Change = dict[str, Any]
"""Fields of `StepState` and their new values."""
_proof: Final = unchecked(Decided)


def _queued(step: StepState, event: happened.StepQueued, cause: Cause, number: int) -> Change:
    return {"status": "queued", "attempt": event.attempt, "until": event.until}


def _started(step: StepState, event: happened.StepStarted, cause: Cause, number: int) -> Change:
    return {
        "status": "in_progress", "attempt": event.attempt, "digest": event.digest,
        "until": None, "failure": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
        "deadline": event.deadline, "voided": None,
    }  # fmt: skip


def _pending(step: StepState, event: happened.StepPending, cause: Cause, number: int) -> Change:
    # What a rollback puts out is not the step's: a template of a later step must not find it.
    outputs = step.outputs if step.rollback else {**step.outputs, **event.outputs}
    return {"status": "waiting", "watches": event.watches, "outputs": outputs}


def _progressed(step: StepState, event: happened.StepProgressed, cause: Cause, number: int) -> Change:
    part = (step.progress.part if step.progress else 0) + 1
    return {"progress": Progress(done=event.done, total=event.total, cursor=event.cursor, part=part), "retries": 0}


def _waiting(step: StepState, event: happened.StepWaiting, cause: Cause, number: int) -> Change:
    return {"status": "waiting", "until": event.until}


def _completed(step: StepState, event: happened.StepCompleted, cause: Cause, number: int) -> Change:
    return {
        "status": "completed", "outputs": {**step.outputs, **event.outputs},
        "checkpoint": None, "watches": (), "failure": None, "until": None, "retries": 0,
        "digest": None, "seen": None, "read_at": None, "decided": step.decided[-1:],
        "deadline": None, "rollback": None, "voided": None,
    }  # fmt: skip


def _failed(step: StepState, event: happened.StepFailed, cause: Cause, number: int) -> Change:
    again_at = event.failure.retry_at
    return {
        "status": "waiting" if again_at else "failed", "failure": event.failure, "until": again_at,
        "checkpoint": None, "watches": () if again_at else step.watches, "deadline": None,
    }  # fmt: skip


def _retried(step: StepState, event: happened.StepRetried, cause: Cause, number: int) -> Change:
    # What was done is done again from its beginning; what failed half-way goes on at its cursor.
    half_way = step.progress if step.status not in {"completed", "skipped"} else None
    progress = half_way.model_copy(update={"part": 0}) if half_way else None
    return {
        "status": "pending", "attempt": event.attempt, "progress": progress,
        "retries": step.retries + (event.attempt > step.attempt) if event.automatic else 0,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
        "rollback": step.rollback if event.automatic else None, "voided": None,
    }  # fmt: skip


def _skipped(step: StepState, event: happened.StepSkipped, cause: Cause, number: int) -> Change:
    return {
        "status": "skipped", "checkpoint": None, "watches": (), "until": None, "retries": 0, "rollback": None,
        "voided": None,
    }  # fmt: skip


def _blocked(step: StepState, event: happened.StepBlocked, cause: Cause, number: int) -> Change:
    return {"status": "blocked", "checkpoint": None, "until": None}


def _rollback_ordered(step: StepState, event: happened.RollbackOrdered, cause: Cause, number: int) -> Change:
    return {
        "status": "pending", "attempt": event.attempt, "rollback": "ordered", "retries": 0, "progress": None,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
    }  # fmt: skip


def _rolled_back(step: StepState, event: happened.StepRolledBack, cause: Cause, number: int) -> Change:
    return {
        "status": "blocked", "rollback": "done", "retries": 0, "progress": None, "deadline": None,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
    }  # fmt: skip


def _released(step: StepState, event: happened.SlotReleased, cause: Cause, number: int) -> Change:
    return {"status": "aborted", "deadline": None, "watches": ()}


def _offered(step: StepState, event: happened.ChoicesOffered, cause: Cause, number: int) -> Change:
    return {"status": "pending", "offered": Listed(event=number, count=len(event.choices)), "deadline": None}


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


def _observed(step: StepState, event: happened.ObservationRecorded, cause: Cause, number: int) -> Change:
    change: Change = {"seen": event.seen, "read_at": event.read_at}
    if event.digest and step.checkpoint and step.checkpoint.reason == "step":
        change["checkpoint"] = step.checkpoint.model_copy(update={"digest": event.digest})
    return change


CHANGES: Final[dict[type, Callable[[StepState, Any, Cause, int], Change]]] = {
    happened.StepQueued: _queued,
    happened.StepStarted: _started,
    happened.StepPending: _pending,
    happened.StepProgressed: _progressed,
    happened.StepWaiting: _waiting,
    happened.StepCompleted: _completed,
    happened.StepFailed: _failed,
    happened.StepRetried: _retried,
    happened.StepSkipped: _skipped,
    happened.StepBlocked: _blocked,
    happened.RollbackOrdered: _rollback_ordered,
    happened.StepRolledBack: _rolled_back,
    happened.SlotReleased: _released,
    happened.ChoicesOffered: _offered,
    happened.CheckpointOpened: _opened,
    happened.CheckpointReminded: _reminded,
    happened.CheckpointEscalated: _escalated,
    happened.RemindersMoved: _reminders_moved,
    happened.CheckpointOverdue: _overdue,
    happened.CheckpointAssigned: _assigned,
    happened.ApprovalGiven: _given,
    happened.ApprovalVoided: _voided,
    happened.CheckpointDecided: _decided,
    happened.ObservationRecorded: _observed,
}
