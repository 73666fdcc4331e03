"""When people are reminded of an open question, and when others hear that nobody answers. A reminder answers nothing.

The campaign's rule is read anew at each tick, so that a question that is open follows a rule that changed. Events carry the
times that come of it: the state is due at moments within the working hours only, and nobody has to look in between.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from shared.domain.checkpoints import open_checkpoints
from shared.domain.view import View
from shared.domain.working_hours import next_moment
from state_schema import events as happened
from state_schema.events import Event
from state_schema.grammar import parse_duration
from state_schema.migration import Checkpoint, StepState
from state_schema.orders import NudgeMessage
from state_schema.plan import Stop
from state_schema.reminders import Reminders
from state_schema.steps import AnyStep, TimedStep


class Times(NamedTuple):
    """When people are due to hear of a question; None where they are not."""

    remind_at: datetime | None
    escalate_at: datetime | None


def times_of(step: AnyStep, question: Checkpoint, rule: Reminders | None, at: datetime) -> Times:
    """What the plan's step and the campaign's rule say of this question; not before `at` where the hours were missed."""
    last = max((one for one in (question.reminded_at, question.escalated_at) if one is not None), default=None)
    span = (step.remind if isinstance(step, TimedStep) else None) or _span(rule, again=last is not None)
    patience = rule.escalate_after if rule and rule.escalate_to and question.escalated_at is None else None
    return Times(
        remind_at=_moment(last or question.opened_at, span, rule, at),
        escalate_at=_moment(question.opened_at, patience, rule, at),
    )


def times_are_unset(step: AnyStep, question: Checkpoint) -> bool:
    """Whether the plan wants nobody reminded of this question, and nobody is due to be: most often, and seen at once."""
    wanted = step.remind if isinstance(step, TimedStep) else None
    return wanted is None and question.remind_at is None and question.escalate_at is None


def reminder_event(view: View, name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
    """What people hear of by now, or the times at which they will, where those are no longer right; None where all is well."""
    asked, rule = step.checkpoint, view.campaign.reminders
    if asked is None or (rule is None and times_are_unset(stop.step, asked)):
        return None
    where: dict[str, Any] = {"track": name, "step": stop.path, "attempt": step.attempt}
    times = times_of(stop.step, asked, rule, at)
    if rule is not None and times.escalate_at is not None and times.escalate_at <= at:
        again = _again(stop, asked, rule, at, escalated_at=at)
        return happened.CheckpointEscalated(**where, to=rule.escalate_to, remind_at=again)
    if times.remind_at is not None and times.remind_at <= at:
        return happened.CheckpointReminded(**where, remind_at=_again(stop, asked, rule, at, reminded_at=at))
    if times != (asked.remind_at, asked.escalate_at):
        return happened.RemindersMoved(**where, **times._asdict())
    return None


def nudges(view: View) -> Iterator[NudgeMessage]:
    """What people must have heard by now: of each open question its last reminder, and that it was escalated."""
    for name, path, step, asked in open_checkpoints(view):
        where: dict[str, Any] = {"migration": view.state.id, "track": name, "step": path, "attempt": step.attempt}
        if asked.escalated_at is not None:
            yield NudgeMessage(**where, asked_at=asked.opened_at, number=1, escalated=True)
        if asked.reminded_at is not None and (asked.escalated_at is None or asked.reminded_at > asked.escalated_at):
            yield NudgeMessage(**where, asked_at=asked.opened_at, number=asked.reminded)


def may_be_sent(rule: Reminders | None, at: datetime) -> bool:
    """Whether people are at work at this time, as far as the campaign says when they are."""
    return rule is None or next_moment(rule.hours, rule.zone, at) <= at


def _again(stop: Stop, asked: Checkpoint, rule: Reminders | None, at: datetime, **heard: datetime) -> datetime:
    times = times_of(stop.step, asked.model_copy(update=heard), rule, at)
    if times.remind_at is None:
        message = f"{stop.path} is reminded of once, and never again"
        raise ValueError(message)
    return times.remind_at


def _span(rule: Reminders | None, *, again: bool) -> str | None:
    return None if rule is None else rule.every if again else rule.after


def _moment(since: datetime, span: str | None, rule: Reminders | None, at: datetime) -> datetime | None:
    if span is None:
        return None
    due = since + parse_duration(span)
    if rule is None:
        return due
    moment = next_moment(rule.hours, rule.zone, due)
    return moment if moment > at else next_moment(rule.hours, rule.zone, at)
