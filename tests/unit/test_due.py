"""The clock's own events name the clock, whoever came by when they were due."""

from datetime import timedelta
from typing import Any

from shared.domain.history import record
from shared.domain.view import Cause
from state_schema.plan import Plan
from state_schema.signals import Failed
from tests.stories import OPERATOR, Story, document, the_campaign

REMINDERS = {"after": "4h", "every": "4h"}


def actors(story: Story) -> list[tuple[str, str]]:
    """(kind, actor) of what the last signal led to."""
    records = record(story.last.events, 0, "", Cause(story.now, OPERATOR, "act-1"), story.last.due)
    return [(one.event.kind, one.actor) for one in records]


def with_step(phase: str, step: str, **changes: Any) -> Plan:
    plan = document("airflow-3.plan.yaml")
    steps = next(one["steps"] for one in plan["phases"] if one["name"] == phase)
    next(one for one in steps if one["id"] == step).update(changes)
    return Plan.model_validate(plan)


def test_a_reminder_that_was_due_when_somebody_took_the_question_is_the_clocks() -> None:
    story = Story(campaign=the_campaign(reminders=REMINDERS)).until("test", "infra.apply").later(hours=5)
    story.answer("test", "assign")
    assert actors(story) == [("checkpoint_assigned", OPERATOR), ("checkpoint_reminded", "timer")]


def test_a_question_that_is_overdue_when_a_person_is_refused_is_the_clocks() -> None:
    story = Story(plan=with_step("infra", "apply", timeout="2h")).until("test", "infra.apply").later(hours=3)
    story.act("retry", track="test")
    assert actors(story) == [("act_refused", OPERATOR), ("checkpoint_overdue", "timer")]


def test_a_deadline_that_passed_and_the_question_that_follows_are_the_clocks() -> None:
    story = Story(plan=with_step("deploy", "run", timeout="1h")).until("test", "deploy.run").later(hours=2)
    story.act("start")
    assert actors(story) == [
        ("act_refused", OPERATOR),
        ("step_failed", "timer"),
        ("checkpoint_opened", "timer"),
    ]


def test_an_automatic_retry_whose_time_has_come_is_the_clocks() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="transient", reason="Busy."))
    story.later(minutes=30).act("start")
    assert actors(story) == [("act_refused", OPERATOR), ("step_retried", "timer"), ("step_started", "timer")]


def test_what_follows_from_an_answer_is_whoever_answered() -> None:
    story = Story().until("test", "infra.apply")
    story.answer("test", "infra-applied")
    assert {actor for _, actor in actors(story)} == {OPERATOR}


def test_an_answer_given_late_is_still_the_persons() -> None:
    story = Story(campaign=the_campaign(reminders=REMINDERS)).until("test", "infra.apply")
    story.now += timedelta(days=3)
    story.answer("test", "infra-applied")
    assert {actor for _, actor in actors(story)} == {OPERATOR}
