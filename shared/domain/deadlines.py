"""What the clock brings about at a step: a question is overdue, work counts as failed. Never an answer."""

from datetime import datetime

from shared.domain.gate import at_work
from shared.domain.reminding import times_of
from shared.domain.view import View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.grammar import parse_duration
from state_schema.ids import Address
from state_schema.migration import Checkpoint, Failure, StepState
from state_schema.plan import SkillStep, Stop
from state_schema.steps import AnyStep, TimedStep

TIMED_OUT = "timed_out"


def opened(
    view: View, name: str, stop: Stop, attempt: int, question: Checkpoint, *, watches: tuple[Address, ...] = ()
) -> happened.CheckpointOpened:
    """The question with the times at which people are reminded, others hear of it, and the plan holds it overdue."""
    times = times_of(stop.step, question, view.campaign.reminders, question.opened_at)
    overdue = _after(stop.step, question.opened_at) if question.reason == "step" else None
    if overdue or any(times):
        question = question.model_copy(update={**times._asdict(), "overdue_at": overdue})
    return happened.CheckpointOpened(track=name, step=stop.path, attempt=attempt, checkpoint=question, watches=watches)


def deadline_of(stop: Stop, at: datetime) -> datetime | None:
    """When work that starts now counts as failed; None where the plan gives it any time.

    A question's `timeout` is for people: what lists their choices before they are asked may take any time.
    """
    return _after(stop.step, at) if isinstance(stop.step, SkillStep) else None


def due_event(name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
    """What is due at this step by now; None where nothing is."""
    asked = step.checkpoint
    if asked is not None and asked.overdue_at is not None and not asked.overdue and asked.overdue_at <= at:
        return happened.CheckpointOverdue(track=name, step=stop.path, attempt=step.attempt)
    if step.deadline is not None and step.deadline <= at and at_work(step):
        return happened.StepFailed(track=name, step=stop.path, attempt=step.attempt, failure=_timed_out(step))
    return None


def _timed_out(step: StepState) -> Failure:
    left = "; what it started may still be running" if step.watches else ""
    reason = f"It came to no end in its time{left}. Look at it before you retry."
    return Failure(category="blocking", reason=reason, code=TIMED_OUT)


def _after(step: AnyStep, at: datetime) -> datetime | None:
    span = step.timeout if isinstance(step, TimedStep) else None
    return at + parse_duration(span) if span else None
