"""What follows a failure: another try by itself, within the bounds of the plan, or a person's turn."""

from datetime import datetime, timedelta
from typing import Any, Final

from state_schema import events as happened
from state_schema.events import Event
from state_schema.grammar import parse_duration
from state_schema.migration import Failure, StepState
from state_schema.plan import SkillStep, Stop
from state_schema.steps import OnFailure

LONGEST_DELAY: Final = timedelta(minutes=15)
_LONGEST_REASON: Final = 500
_DEFAULT: Final = OnFailure()


def policy_of(stop: Stop | None) -> OnFailure:
    """What the plan says about failures of this step; the default where it says nothing."""
    return stop.step.on_failure if stop is not None and isinstance(stop.step, SkillStep) else _DEFAULT


def backoff(policy: OnFailure, retries: int) -> timedelta:
    """The longest wait before the next automatic retry, after so many; chance may shorten it from outside."""
    doubled: timedelta = parse_duration(policy.first_delay) * 2**retries
    return min(doubled, LONGEST_DELAY)


def retries_left(policy: OnFailure, category: str, retries: int) -> bool:
    """Whether a failure of this category is tried again by itself after so many retries in a row."""
    allowed = {"transient": policy.retries.transient, "retriable": policy.retries.retriable}
    return retries < allowed.get(category, 0)


def on_failure(
    where: dict[str, Any], stop: Stop, step: StepState, failure: Failure, at: datetime, *, asked: bool = False
) -> list[Event]:
    """The events of a failure. `asked`: people are asked about this step already, so nothing is tried by itself.

    `where` has track, step and attempt. A fatal failure ends the migration.
    """
    policy, again_at = policy_of(stop), None
    if not asked and retries_left(policy, failure.category, step.retries):
        again_at = failure.retry_at or at + backoff(policy, step.retries)
    elif failure.category in {"transient", "retriable"} and (step.retries or failure.category == "transient"):
        failure = _given_up(failure, step.retries)
    if step.rollback == "ordered":
        failure = _with_reason(failure, f"Rolling back failed: {failure.reason}")
    failed = happened.StepFailed(**where, failure=failure.model_copy(update={"retry_at": again_at}))
    return [failed, happened.MigrationAborted(reason=failure.reason)] if failure.category == "fatal" else [failed]


def _given_up(failure: Failure, retries: int) -> Failure:
    """What does not pass by itself is no longer transient."""
    told = _with_reason(failure, f"{failure.reason} (gave up after {retries} automatic retries)")
    return told.model_copy(update={"category": "blocking"}) if failure.category == "transient" else told


def _with_reason(failure: Failure, reason: str) -> Failure:
    return failure.model_copy(update={"reason": reason[:_LONGEST_REASON]})
