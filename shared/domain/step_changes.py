"""What each event changes of the step that it is about: one small function an event, in one table."""

from collections.abc import Callable
from typing import Any, Final

from shared.domain.checkpoint_changes import CHANGES as OF_QUESTIONS
from shared.domain.checkpoint_changes import Change
from shared.domain.view import Cause
from state_schema import events as happened
from state_schema.migration import Listed, Outputs, Progress, StepState


def _queued(step: StepState, event: happened.StepQueued, cause: Cause, number: int) -> Change:
    return {"status": "queued", "attempt": event.attempt, "until": event.until}


def _started(step: StepState, event: happened.StepStarted, cause: Cause, number: int) -> Change:
    return {
        "status": "in_progress", "attempt": event.attempt, "digest": event.digest,
        "until": None, "failure": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
        "deadline": event.deadline, "voided": None,
    }  # fmt: skip


def _pending(step: StepState, event: happened.StepPending, cause: Cause, number: int) -> Change:
    change: Change = {"status": "waiting", "watches": event.watches}
    if step.rollback:
        return change | {"back": {**step.back, **event.outputs}}
    return change | {"outputs": _with_outputs(step, event.outputs), "redone": False}


def _progressed(step: StepState, event: happened.StepProgressed, cause: Cause, number: int) -> Change:
    part = (step.progress.part if step.progress else 0) + 1
    progress = Progress(done=event.done, total=event.total, cursor=event.cursor, part=part)
    return {"progress": progress, "began": step.first_attempt if step.retries else step.began, "retries": 0}


def _with_outputs(step: StepState, new: Outputs) -> Outputs:
    return new if step.redone else {**step.outputs, **new}


def _waiting(step: StepState, event: happened.StepWaiting, cause: Cause, number: int) -> Change:
    return {"status": "waiting", "until": event.until}


def _completed(step: StepState, event: happened.StepCompleted, cause: Cause, number: int) -> Change:
    return {
        "status": "completed", "outputs": _with_outputs(step, event.outputs), "redone": False,
        "checkpoint": None, "watches": (), "failure": None, "until": None, "retries": 0,
        "digest": None, "seen": None, "read_at": None, "decided": step.decided[-1:], "began": None,
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
    again = step.status in {"completed", "skipped"}
    half_way = None if again else step.progress
    progress = half_way.model_copy(update={"part": 0}) if half_way else None
    return {
        "status": "pending", "attempt": event.attempt, "progress": progress,
        "retries": step.retries + (event.attempt > step.attempt) if event.automatic else 0,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
        "began": step.began if event.automatic else None, "redone": again or step.redone,
        "rollback": step.rollback if event.automatic else None, "back": step.back if event.automatic else {}, "voided": None,
    }  # fmt: skip


def _skipped(step: StepState, event: happened.StepSkipped, cause: Cause, number: int) -> Change:
    return {
        "status": "skipped", "checkpoint": None, "watches": (), "until": None, "retries": 0, "began": None, "rollback": None,
        "back": {}, "voided": None,
    }  # fmt: skip


def _blocked(step: StepState, event: happened.StepBlocked, cause: Cause, number: int) -> Change:
    return {"status": "blocked", "checkpoint": None, "until": None}


def _rollback_ordered(step: StepState, event: happened.RollbackOrdered, cause: Cause, number: int) -> Change:
    return {
        "status": "pending", "attempt": event.attempt, "rollback": "ordered", "back": {}, "retries": 0, "began": None,
        "progress": None,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
    }  # fmt: skip


def _rolled_back(step: StepState, event: happened.StepRolledBack, cause: Cause, number: int) -> Change:
    return {
        "status": "blocked", "rollback": "done", "back": {}, "retries": 0, "began": None, "progress": None, "deadline": None,
        "failure": None, "until": None, "checkpoint": None, "watches": (), "seen": None, "read_at": None,
    }  # fmt: skip


def _released(step: StepState, event: happened.SlotReleased, cause: Cause, number: int) -> Change:
    return {"status": "aborted", "deadline": None, "watches": ()}


def _offered(step: StepState, event: happened.ChoicesOffered, cause: Cause, number: int) -> Change:
    return {"status": "pending", "offered": Listed(event=number, count=len(event.choices)), "deadline": None}


def _observed(step: StepState, event: happened.ObservationRecorded, cause: Cause, number: int) -> Change:
    change: Change = {"seen": event.seen, "read_at": event.read_at}
    if event.digest and step.checkpoint and step.checkpoint.reason == "step":
        change["checkpoint"] = step.checkpoint.model_copy(update={"digest": event.digest})
    return change


CHANGES: Final[dict[type, Callable[[StepState, Any, Cause, int], Change]]] = {
    **OF_QUESTIONS,
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
    happened.ObservationRecorded: _observed,
}
