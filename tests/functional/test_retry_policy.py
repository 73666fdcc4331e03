"""The frame round skills keeps to the step's `on_failure`: how long it waits, and which failures it gives a time to."""

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import RetryableError
from state_schema.plan import Plan
from state_schema.signals import Failed
from tests.functional.journey import Journey
from tests.functional.test_run_skill import answering, raising, report_of
from tests.stories import document


def a_journey(skill: Any, **on_failure: Any) -> Journey:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][0]["steps"][0]["on_failure"] = on_failure
    journey = Journey(plan=Plan.model_validate(plan), skills={"rewrite_dags": skill}).started()
    journey.work(journey.orders()[0])
    return journey


def waited(journey: Journey) -> timedelta | None:
    again_at = Failed.model_validate(report_of(journey)).retry_at
    return again_at - journey.clock() if again_at else None


def test_the_first_wait_is_the_one_that_the_plan_names() -> None:
    assert waited(a_journey(raising(RetryableError("down")), first_delay="2m")) == timedelta(minutes=2)


def test_no_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    assert waited(a_journey(raising(RetryableError("down")), first_delay="9d")) == timedelta(minutes=15)


@pytest.mark.parametrize(("retriable", "wait"), [(0, None), (1, timedelta(seconds=15))])
def test_a_retriable_failure_gets_a_time_only_where_the_plan_retries_it(retriable: int, wait: timedelta | None) -> None:
    skill = answering(Failed(category="retriable", reason="Cancelled."))

    assert waited(a_journey(skill, retries={"retriable": retriable})) == wait
