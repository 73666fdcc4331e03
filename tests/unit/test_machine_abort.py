"""Abort: every question closes, nothing more is ordered, and work that is out keeps its slot until it is heard of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.gate import counted
from shared.domain.history import record
from shared.domain.orders import orders_for
from shared.domain.timing import next_check
from shared.domain.view import Cause
from shared.domain.watching import watched
from shared.messages.threads import told
from state_schema.events import MigrationAborted, MigrationCompleted, SlotReleased
from state_schema.gate import Gate
from state_schema.migration import GONE
from state_schema.plan import Plan
from state_schema.signals import Failed, Pending, Progressed, Report, Succeeded
from tests.stories import APPROVER, STRANGER, Story, document, failed_run, run, succeeded_run, the_campaign

HOUR = timedelta(hours=1)


def test_an_abort_closes_every_question_and_orders_nothing_any_more() -> None:
    story = Story().until("prod-us", "infra.pull_request").act("abort", note="The cluster is gone.")

    assert story.last.events == (MigrationAborted(reason="The cluster is gone."),)
    assert story.view.state.status == "aborted"
    assert list(open_checkpoints(story.view)) == []
    assert [step.checkpoint for _, step in story.current()] == [None, None, None][: len(story.current())]
    assert story.act("approve", APPROVER, track="prod-us").kinds() == ["act_refused"]
    assert orders_for(story.later(days=9).tick().view) == []
    assert next_check(story.view.state, story.now) is None


def test_a_migration_can_be_aborted_before_it_started() -> None:
    story = Story().act("abort")

    assert story.view.state.status == "aborted"
    assert story.act("start").kinds() == ["act_refused"]


def test_only_an_operator_aborts() -> None:
    story = Story().until("test", "infra.apply").act("abort", STRANGER)

    assert story.kinds() == ["act_refused"]
    assert story.view.state.status == "awaiting_human"


def test_a_second_abort_is_refused_and_the_same_one_delivered_twice_is_once() -> None:
    story = Story().act("start").act("abort", id="click-1").act("abort", id="click-1")
    assert (story.last.events, story.last.refusal) == ((), None)

    story.act("abort")
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_over"


@pytest.mark.parametrize(
    "report",
    [
        Succeeded(outputs={"a": 1}),
        Failed(category="fatal", reason="no"),
        Failed(category="transient", reason="busy"),
        Progressed(done=1, total=2, cursor="1"),
    ],
)
def test_the_slot_is_held_until_the_report_arrives_which_changes_nothing_else(report: Report) -> None:
    story = Story().until("test", "deploy.run")
    order = story.order
    story.act("abort")
    assert orders_for(story.view) == []
    assert list(story.view.gate.held) == [order.key]

    story.report(report, order)
    assert story.kinds() == ["slot_released"]
    assert story.view.gate.held == {}
    assert story.view.state.status == "aborted"
    assert story.step("test").status == "aborted"
    assert story.step("test").outputs == {}
    assert story.report(report, order).last.events == ()


def test_work_that_goes_on_elsewhere_keeps_the_slot_until_it_ends() -> None:
    story = Story().until("test", "deploy.run")
    order, pending = story.order, Pending(watches=("workflow_run:7/5",))
    story.act("abort")

    assert story.report(pending, order).kinds() == ["step_pending"]
    assert (story.view.state.status, list(story.view.gate.held)) == ("aborted", [order.key])
    assert list(watched(story.view.state)) == [("workflow_run:7/5", "test", "deploy.run")]
    assert story.report(pending, order).last.events == ()
    assert story.observe(succeeded_run(), address="workflow_run:7/5").kinds() == ["slot_released"]
    assert (story.view.state.status, story.view.gate.held) == ("aborted", {})


def test_a_run_that_is_not_shown_yet_keeps_the_slot_and_one_that_is_gone_frees_it() -> None:
    story = Story().until("test", "deploy.run")
    story.report(Pending(watches=("workflow_run:7/5",)))
    story.act("abort")
    gone = run(status="completed", conclusion=GONE)

    assert story.later(minutes=14).observe(gone, address="workflow_run:7/5").kinds() == []
    assert story.later(minutes=2).observe(gone, address="workflow_run:7/5").kinds() == ["slot_released"]


def test_a_failure_is_not_overwritten_where_its_run_is_deleted_later() -> None:
    story = Story().until("test", "deploy.run")
    story.report(Pending(watches=("workflow_run:7/5",))).observe(failed_run())
    gone = run(status="completed", conclusion=GONE)

    assert story.later(hours=99).observe(gone, address="workflow_run:7/5").kinds() == []
    assert "ImagePullBackOff" in str(story.step("test").failure)


def test_an_earlier_part_that_is_reported_twice_frees_nothing() -> None:
    story = Story().until("test", "migrate.items")
    first, done = story.order, Progressed(done=2, total=3, cursor="2")
    story.report(done, first).act("abort")

    assert story.report(done, first).last.events == ()
    assert len(story.view.gate.held) == 1


def test_the_report_of_a_later_part_frees_the_slot_as_well() -> None:
    story = Story().until("test", "migrate.items").report(Progressed(done=2, total=3, cursor="2"))
    order = story.order
    assert story.act("abort").report(Succeeded(), order).kinds() == ["slot_released"]


def test_the_report_of_another_attempt_frees_nothing() -> None:
    story = Story().until("test", "deploy.run")
    first = story.order
    story.report(Failed(category="blocking", reason="no")).answer("test", "retry").act("abort")

    assert story.report(Succeeded(), first).last.events == ()
    assert len(story.view.gate.held) == 1


def test_a_slot_of_which_nothing_is_heard_is_freed_by_the_first_tick_after_an_hour() -> None:
    story = Story().until("test", "deploy.run").act("abort")
    assert next_check(story.view.state, story.now) == story.step("test").since + HOUR
    story.now = story.step("test").since + HOUR - timedelta(seconds=1)
    assert story.tick().last.events == ()

    assert story.later(seconds=1).tick().kinds() == ["slot_released"]
    assert story.view.gate.held == {}
    assert next_check(story.view.state, story.now) is None


def test_a_time_out_of_the_step_is_the_deadline_of_its_slot() -> None:
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0]["timeout"] = "3h"
    story = Story(plan=Plan.model_validate(plan)).until("test", "deploy.run").act("abort")

    assert story.later(hours=2).tick().last.events == ()
    assert story.later(hours=1).tick().kinds() == ["slot_released"]


def test_a_run_that_is_at_work_is_still_watched_and_frees_the_slot_when_it_ends() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",))).act("abort")
    assert list(watched(story.view.state)) == [("workflow_run:7/5", "test", "deploy.run")]
    assert story.observe(run()).last.events == ()

    story.observe(succeeded_run(), address="workflow_run:7/5")
    assert story.kinds() == ["slot_released"]
    assert list(watched(story.view.state)) == []
    assert story.view.gate.held == {}


def test_who_was_in_line_leaves_it() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    story.answer("prod-us", "approve", APPROVER).answer("prod-eu", "approve", APPROVER)
    assert len(story.view.gate.queue) == 1

    order = story.order
    story.act("abort")
    assert story.view.gate.queue == {}
    assert story.report(Succeeded(), order).view.gate.held == {}


def test_a_completed_migration_cannot_be_aborted() -> None:
    story = Story()
    while story.view.state.status != "completed":
        story.oblige()

    assert story.act("abort").kinds() == ["act_refused"]
    assert story.view.state.status == "completed"


@pytest.mark.parametrize("verb", ["retry", "skip", "block"])
def test_an_answer_to_a_failure_pressed_twice_is_once(verb: str) -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="no"))
    button = story.button("test")
    story.act(verb, checkpoint=button)
    before = story.view.state.tracks

    story.act(verb, checkpoint=button)
    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_decided"
    assert story.view.state.tracks == before


def test_an_aborted_migration_is_over_for_the_wave_and_is_counted_once() -> None:
    story = Story(campaign=the_campaign(waves={1: {}, 2: {"after": 1}})).until("test", "deploy.run").act("abort")
    assert story.view.gate.finished == {1: 1}
    story.act("abort").later(hours=2).tick()
    assert story.view.gate.finished == {1: 1}

    second = Story(campaign=the_campaign(waves={1: {}, 2: {"after": 1}}), resource=1)
    second.view = replace(second.view, gate=replace_held(story.view.gate))
    assert second.act("start").order.skill == "rewrite_dags"


def test_a_fatal_failure_counts_for_the_breaker_and_for_the_wave() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="fatal", reason="The cluster is gone."))

    assert (story.view.gate.finished, story.view.gate.failures) == ({1: 1}, {1: ("email.notifications",)})


def replace_held(gate: Gate) -> Gate:
    """The gate once the slot of what was aborted is free."""
    return gate.model_copy(update={"held": {}})


@pytest.mark.parametrize("event", [MigrationAborted(reason="again"), MigrationCompleted()])
def test_what_is_over_is_not_counted_again(event: MigrationAborted | MigrationCompleted) -> None:
    view = Story().until("test", "deploy.run").act("abort").view

    assert counted(view.gate, view.state, event) is view.gate


def test_people_are_told_of_work_that_nobody_heard_of_and_of_no_other_slot_that_is_freed() -> None:
    def said(*events: SlotReleased) -> str:
        return told("test", record(events, 7, "", Cause(datetime(2026, 3, 2, tzinfo=UTC), "timer", "tick-1")))

    where: dict[str, Any] = {"track": "test", "step": "deploy.run", "attempt": 1}
    assert "See whether it still runs." in said(SlotReleased(**where, why="deadline"))
    assert said(SlotReleased(**where, why="reported"), SlotReleased(**where, why="observed")) == ""
