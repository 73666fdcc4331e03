"""Time-outs and reminders: the clock reminds, says that it is late, and fails machines; it never answers a question."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.orders import orders_for
from shared.domain.timing import next_check
from shared.messages.cards import card
from state_schema.plan import Plan
from state_schema.signals import Failed, Pending, Succeeded
from tests.stories import Story, document, succeeded_run

DAY = timedelta(days=1)


def a_story(path: str, **fields: Any) -> Story:
    """The example plan with further fields at one of its steps, told up to this step of `test` or `shared`."""
    plan = document("airflow-3.plan.yaml")
    phase, _, step = path.partition(".")
    found = next(one for part in plan["phases"] if part["name"] == phase for one in part["steps"] if one["id"] == step)
    found |= fields
    track = "shared" if phase == "code_migration" else "test"
    return Story(plan=Plan.model_validate(plan)).until(track, path)


def test_people_are_reminded_as_often_as_the_plan_says_and_the_card_says_so() -> None:
    story = a_story("infra.apply", remind="4h")
    assert story.later(hours=3).tick().last.events == ()

    assert story.later(hours=1).tick().kinds() == ["checkpoint_reminded"]
    assert story.tick().last.events == ()
    assert story.later(hours=4).tick().kinds() == ["checkpoint_reminded"]
    assert "Reminded twice." in str(card(story.view, "test").blocks)


def test_after_a_long_silence_of_the_sweep_people_are_reminded_once_and_not_for_each_time_missed() -> None:
    story = a_story("infra.apply", remind="4h").later(days=9).tick()

    assert story.kinds() == ["checkpoint_reminded"]
    asked = story.step("test").checkpoint
    assert asked is not None
    assert asked.remind_at == story.now + timedelta(hours=4)


def test_an_answer_ends_the_reminders() -> None:
    story = a_story("infra.apply", remind="4h").later(hours=5).answer("test", "infra-applied")

    assert "checkpoint_reminded" not in story.kinds()
    assert story.later(days=1).tick().kinds() != ["checkpoint_reminded"]


def test_gates_and_interventions_of_a_step_are_reminded_of_too() -> None:
    story = a_story("deploy.run", remind="1h").report(Failed(category="blocking", reason="no"))

    assert story.later(hours=1).tick().kinds() == ["checkpoint_reminded"]
    assert story.button("test").step == "deploy.run"


@pytest.mark.parametrize(
    ("path", "verb"),
    [("infra.apply", "infra-applied"), ("migrate.choose", "decide"), ("verify.accept", "test-done")],
)
def test_a_question_that_is_overdue_stays_open_and_is_answered_by_people_only(path: str, verb: str) -> None:
    story = a_story(path, timeout="7d")
    if path == "migrate.choose":
        story.report(Succeeded(choices=("a", "b")))
    assert story.later(days=7).tick().kinds() == ["checkpoint_overdue"]

    asked = story.step("test").checkpoint
    assert asked is not None
    assert asked.overdue
    assert "Overdue since" in str(card(story.view, "test").blocks)
    assert story.later(days=99).tick().last.events == ()
    assert story.view.state.tracks["test"].step == path
    assert story.answer("test", verb).view.state.tracks["test"].steps[path].status == "completed"


def test_nothing_expires_into_a_yes() -> None:
    """Every question of the plan is left alone for a year: none is answered, nothing is ordered."""
    plan = document("airflow-3.plan.yaml")
    for phase in plan["phases"]:
        for step in phase["steps"]:
            step |= {"timeout": "1d", "remind": "12h"}
    story = Story(plan=Plan.model_validate(plan)).act("start")
    asked = 0
    while story.view.state.status != "completed":
        if {step.status for _, step in story.current()} == {"awaiting_human"}:
            asked += 1
            before = story.where()
            seen = len(story.events)
            for _ in range(18):
                story.later(weeks=3).tick()
            assert story.where() == before
            assert orders_for(story.view) == []
            assert {e.kind for e in story.events[seen:]} <= {"checkpoint_reminded", "checkpoint_overdue"}
        story.oblige()
    assert asked > 15


def test_work_that_takes_too_long_asks_a_person_and_frees_its_slot() -> None:
    story = a_story("deploy.run", timeout="2h").report(Pending(watches=("workflow_run:7/5",)))
    assert story.later(minutes=119).tick().last.events == ()

    assert story.later(minutes=1).tick().kinds() == ["step_failed", "checkpoint_opened"]
    failure = story.step("test").failure
    assert failure is not None
    assert (failure.category, failure.code) == ("blocking", "timed_out")
    assert story.view.gate.held == {}


def test_an_order_without_a_report_is_timed_out_as_well() -> None:
    story = a_story("deploy.run", timeout="2h").later(hours=2).tick()

    assert story.kinds() == ["step_failed", "checkpoint_opened"]
    assert orders_for(story.view) == []


def test_a_report_that_comes_with_the_deadline_is_taken() -> None:
    story = a_story("deploy.run", timeout="2h").later(hours=3).report(Succeeded())

    assert story.view.state.tracks["test"].step == "deploy.confirm"


def test_a_report_after_the_time_out_changes_nothing() -> None:
    story = a_story("deploy.run", timeout="2h")
    order = story.order
    story.later(hours=2).tick().report(Succeeded(), order)

    assert story.last.events == ()


def test_a_run_that_ends_well_after_its_time_out_goes_on_without_a_person() -> None:
    story = a_story("deploy.run", timeout="2h").report(Pending(watches=("workflow_run:7/5",)))
    story.later(hours=2).tick().later(minutes=5).observe(succeeded_run())

    assert story.view.state.tracks["test"].step == "deploy.confirm"


def test_a_retry_has_its_whole_time_again() -> None:
    story = a_story("deploy.run", timeout="2h").later(hours=2).tick().later(hours=9).answer("test", "retry")

    assert story.order.key.endswith("deploy.run/2")
    assert story.later(minutes=119).tick().last.events == ()
    assert story.later(minutes=1).tick().kinds() == ["step_failed", "checkpoint_opened"]


def test_a_question_in_front_of_timed_work_is_not_overdue() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0] |= {"timeout": "1h", "gate": "confirmation"}
    story = Story(plan=Plan.model_validate(plan)).until("test", "deploy.run")

    assert story.later(days=9).tick().last.events == ()
    assert orders_for(story.view) == []


@pytest.mark.parametrize(
    ("path", "fields", "after"),
    [
        ("infra.apply", {"remind": "1h"}, timedelta(hours=1)),
        ("infra.apply", {"timeout": "2h"}, timedelta(hours=2)),
        ("infra.apply", {"timeout": "9d"}, timedelta(hours=6)),
        ("deploy.run", {"timeout": "1m"}, timedelta(minutes=1)),
        ("deploy.run", {"timeout": "9h"}, timedelta(minutes=2)),
    ],
)
def test_the_sweep_looks_when_a_reminder_or_a_deadline_is_due(
    path: str, fields: dict[str, str], after: timedelta
) -> None:
    story = a_story(path, **fields)

    assert next_check(story.view.state, story.now) == story.now + after


def test_what_is_due_already_is_looked_at_now_and_never_in_the_past() -> None:
    story = a_story("deploy.run", timeout="1h").later(days=1)
    assert next_check(story.view.state, story.now) == story.now

    overdue = a_story("infra.apply", timeout="1h").later(days=1).tick()
    assert next_check(overdue.view.state, overdue.now) == overdue.now + timedelta(hours=6)
