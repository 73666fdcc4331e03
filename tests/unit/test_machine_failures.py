"""What follows a failure: bounded retries by category, and a roll-back that a person orders."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.orders import orders_for
from shared.messages.cards import card
from state_schema.gate import Place
from state_schema.plan import Plan
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.stories import OPERATOR, STRANGER, Story, document, failed_run, run, succeeded_run, with_gates

BACK: dict[str, Any] = {
    "repository": "acme/infrastructure",
    "workflow": "rollback.yml",
    "inputs": {"environment": "{environment.name}"},
}
ROLLBACK: dict[str, Any] = {"rollback": "run_workflow", "with": BACK}
NO = Failed(category="blocking", reason="no")


def a_story(track: str = "test", **on_failure: Any) -> Story:
    """At the deployment, with this policy."""
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0]["on_failure"] = on_failure
    return Story(Plan.model_validate(plan), with_gates(four_eyes=None)).until(track, "deploy.run")


def busy(story: Story, category: str = "transient") -> Failed:
    return Failed.model_validate(
        {"category": category, "reason": "busy", "retry_at": story.now + timedelta(seconds=30)}
    )


def verbs(story: Story) -> tuple[str, ...]:
    ((*_, checkpoint),) = open_checkpoints(story.view)
    return checkpoint.verbs


@pytest.mark.parametrize(("category", "allowed"), [("transient", 2), ("retriable", 3)])
def test_a_step_is_tried_again_as_often_as_its_plan_allows_for_that_category(category: str, allowed: int) -> None:
    story = a_story(retries={category: allowed})
    for attempt in range(2, 2 + allowed):
        story.report(busy(story, category))
        assert story.kinds() == ["step_failed"]
        assert story.later(seconds=31).tick().order.key.endswith(f"deploy.run/{attempt}")
    story.report(busy(story, category))

    failure = story.step("test").failure
    assert failure is not None
    assert failure.reason == f"busy (gave up after {allowed} automatic retries)"
    assert verbs(story) == ("retry", "skip", "block")


def test_a_retriable_failure_asks_a_person_at_once_where_the_plan_says_nothing() -> None:
    story = a_story()
    story.report(busy(story, "retriable"))

    assert story.kinds() == ["step_failed", "checkpoint_opened"]
    assert story.later(days=1).tick().last.events == ()


@pytest.mark.parametrize("category", ["blocking", "fatal"])
def test_what_a_person_must_see_is_never_tried_again_by_itself(category: str) -> None:
    story = a_story(retries={"transient": 9, "retriable": 9})
    story.report(busy(story, category))

    assert story.later(days=1).tick().last.events == ()
    assert orders_for(story.view) == []


def test_no_retries_at_all_means_that_a_transient_failure_asks_a_person() -> None:
    story = a_story(retries={"transient": 0})
    story.report(busy(story))

    assert story.kinds() == ["step_failed", "checkpoint_opened"]


def test_a_cancelled_run_is_dispatched_again_after_a_wait_that_doubles() -> None:
    story = a_story(retries={"retriable": 2}, first_delay="1m")
    for attempt, wait in ((2, 60), (3, 120)):
        story.report(Pending(watches=(f"workflow_run:7/{attempt}",)))
        story.later(seconds=9).observe(run(status="completed", conclusion="cancelled"))
        assert story.view.gate.held == {}
        assert story.later(seconds=wait - 1).tick().last.events == ()
        assert story.later(seconds=1).tick().order.key.endswith(f"deploy.run/{attempt}")


def test_a_run_that_somebody_runs_again_in_vain_does_not_start_a_retry_by_itself() -> None:
    story = a_story(retries={"retriable": 1}).report(Pending(watches=("workflow_run:7/5",))).observe(failed_run())
    assert story.step("test").status == "failed"

    story.later(minutes=1).observe(run(status="completed", conclusion="cancelled", run_attempt=2))
    assert story.step("test").status == "failed"
    assert story.later(days=1).tick().last.events == ()


def test_an_intervention_offers_the_rollback_that_the_plan_names() -> None:
    story = a_story(**ROLLBACK).report(NO)

    assert verbs(story) == ("retry", "skip", "block", "rollback")
    assert "*Roll back* takes back what it did" in str(card(story.view, "test").blocks)


def test_where_nothing_was_ordered_there_is_nothing_to_roll_back() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0] |= {"on_failure": ROLLBACK}
    plan["phases"][2]["steps"][0]["with"]["ref"] = "{resource.metadata.ref}"
    story = Story(plan=Plan.model_validate(plan)).until("test", "deploy.run")

    assert story.step("test").status == "failed"
    assert verbs(story) == ("retry", "skip", "block")


def test_a_rollback_is_an_attempt_of_its_own_with_its_own_skill_inputs_and_digest() -> None:
    story = a_story(**ROLLBACK)
    failed = story.order
    story.report(NO).answer("test", "rollback")

    assert story.kinds() == ["checkpoint_decided", "rollback_ordered", "step_started"]
    order = story.order
    assert order.key == failed.key.removesuffix("/1") + "/2"
    assert (order.rollback, order.skill, order.inputs["workflow"]) == (True, "run_workflow", "rollback.yml")
    assert order.inputs["inputs"] == {"environment": "test"}
    assert order.digest != failed.digest
    assert story.step("test").decided[-1].digest == order.digest
    assert list(story.view.gate.held) == [order.key]
    assert "is being rolled back" in str(card(story.view, "test").blocks)


def test_after_a_rollback_the_step_waits_for_retry_or_skip() -> None:
    story = a_story(**ROLLBACK).report(NO).answer("test", "rollback").report(Succeeded(outputs={"address": "x"}))

    assert story.kinds() == ["step_rolled_back", "checkpoint_opened"]
    assert (story.step("test").status, verbs(story)) == ("blocked", ("retry", "skip"))
    assert story.step("test").outputs == {}
    assert story.view.gate.held == {}
    assert "was rolled back" in str(card(story.view, "test").blocks)
    assert story.later(days=9).tick().last.events == ()


def test_a_retry_after_a_rollback_does_the_steps_own_work_again() -> None:
    story = a_story(**ROLLBACK)
    first = story.order
    story.report(NO).answer("test", "rollback").report(Succeeded()).answer("test", "retry")

    order = story.order
    assert (order.attempt, order.rollback, order.inputs, order.digest) == (3, False, first.inputs, first.digest)


def test_a_skip_after_a_rollback_goes_on() -> None:
    story = a_story(**ROLLBACK).report(NO).answer("test", "rollback").report(Succeeded()).answer("test", "skip")

    assert story.view.state.tracks["test"].step == "deploy.confirm"


def test_a_rollback_that_machines_do_elsewhere_is_waited_for() -> None:
    story = a_story(**ROLLBACK).report(NO).answer("test", "rollback").report(Pending(watches=("workflow_run:7/8",)))
    assert len(story.view.gate.held) == 1

    story.observe(succeeded_run())
    assert story.kinds() == ["observation_recorded", "step_rolled_back", "checkpoint_opened"]
    assert story.step("test").watches == ()


def test_a_failing_rollback_asks_again_and_can_be_tried_again() -> None:
    story = a_story(**ROLLBACK).report(NO).answer("test", "rollback").report(NO)

    assert verbs(story) == ("retry", "skip", "block", "rollback")
    failure = story.step("test").failure
    assert failure is not None
    assert failure.reason == "Rolling back failed: no"
    assert story.answer("test", "rollback").order.key.endswith("deploy.run/3")
    assert story.order.rollback


def test_a_transient_failure_of_a_rollback_is_retried_as_a_rollback() -> None:
    story = a_story("prod-us", **ROLLBACK).act("deploy", track="prod-us").report(NO).answer("prod-us", "rollback")
    story.report(busy(story)).later(seconds=31).tick()

    assert (story.order.attempt, story.order.rollback, story.order.retries) == (3, True, 1)


def test_a_rollback_in_production_needs_no_second_command_and_a_retry_after_it_does() -> None:
    story = a_story("prod-us", **ROLLBACK).act("deploy", track="prod-us").report(NO).answer("prod-us", "rollback")
    assert story.order.rollback

    story.report(Succeeded()).answer("prod-us", "retry")
    assert orders_for(story.view) == []
    assert story.button("prod-us").attempt == 3
    assert not story.act("deploy", track="prod-us").order.rollback


def test_a_rollback_pressed_twice_is_once_and_the_second_is_told() -> None:
    story = a_story(**ROLLBACK).report(NO)
    button = story.button("test")
    story.act("rollback", checkpoint=button).act("rollback", checkpoint=button)

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_decided"
    assert OPERATOR in story.last.refusal.message
    assert story.order.attempt == 2


def test_a_stranger_cannot_roll_back() -> None:
    story = a_story(**ROLLBACK).report(NO).answer("test", "rollback", STRANGER)

    assert story.kinds() == ["act_refused"]
    assert orders_for(story.view) == []


def test_a_rollback_waits_for_a_slot_as_everything_does() -> None:
    story = a_story(**ROLLBACK).report(NO)
    taken = {"airflow-3/other/test/deploy.run/1": Place(environment="test", wave=1, since=story.now)}
    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"held": taken}))
    story.answer("test", "rollback")
    assert story.step("test").status == "queued"
    assert orders_for(story.view) == []

    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"held": {}}))
    assert story.tick().order.rollback


def test_a_rollback_whose_template_has_no_value_is_refused_and_changes_nothing() -> None:
    story = a_story(**(ROLLBACK | {"with": BACK | {"ref": "{resource.metadata.ref}"}})).report(NO)
    story.answer("test", "rollback")

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "no_value"
    assert "resource.metadata.ref" in story.last.refusal.message


def test_after_a_rollback_items_begin_from_the_first() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][3]["steps"][1]["on_failure"] = {"rollback": "migrate_items", "with": {"batch": 1}}
    story = (
        Story(plan=Plan.model_validate(plan))
        .until("test", "migrate.items")
        .report(Progressed(done=2, total=3, cursor="2"))
    )
    story.report(NO).answer("test", "rollback")
    assert (story.order.done, story.order.cursor, story.order.key[-2:]) == (0, "", "/2")

    story.report(Succeeded()).answer("test", "retry")
    assert (story.order.done, story.order.cursor, story.order.key[-2:]) == (0, "", "/3")


def test_how_far_a_rollback_came_is_not_where_the_retry_begins() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][3]["steps"][1]["on_failure"] = {"rollback": "migrate_items", "with": {"batch": 1}}
    story = Story(plan=Plan.model_validate(plan)).until("test", "migrate.items").report(NO).answer("test", "rollback")
    story.report(Progressed(done=2, total=3, cursor="2")).report(Succeeded()).answer("test", "retry")

    assert (story.order.done, story.order.cursor, story.order.rollback) == (0, "", False)
