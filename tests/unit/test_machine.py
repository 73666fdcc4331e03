"""The state machine on the example plan: what leads to what, and what leads to nothing."""

from datetime import timedelta

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.orders import orders_for
from state_schema.plan import Plan
from state_schema.signals import Failed, Pending, Progressed, Succeeded
from tests.stories import (
    APPROVER,
    CHOICES,
    MONDAY,
    OPERATOR,
    STRANGER,
    Story,
    document,
    failed_run,
    merged,
    pull_request,
    run,
    succeeded_run,
    the_campaign,
    the_plan,
    with_gates,
)


def test_a_migration_goes_through_all_environments_to_completed() -> None:
    story = Story()
    while story.view.state.status != "completed":
        story.oblige()

    assert {name: track.status for name, track in story.view.state.tracks.items()} == {
        "shared": "completed",
        "test": "completed",
        "prod-us": "completed",
        "prod-eu": "completed",
    }
    assert story.view.gate.held == {}
    assert story.view.gate.queue == {}
    assert len(story.view.state.model_dump_json()) < 16_000


def test_nothing_starts_before_the_start() -> None:
    story = Story().tick()

    assert story.last.events == ()
    assert orders_for(story.view) == []


def test_production_does_not_start_before_test_is_completed() -> None:
    story = Story().until("test", "verify.accept")
    assert list(story.view.state.tracks) == ["shared", "test"]

    story.answer("test", "test-done")
    assert list(story.view.state.tracks) == ["shared", "test", "prod-us", "prod-eu"]


def test_production_asks_for_approval_before_its_first_outside_act() -> None:
    story = Story().until("prod-us", "infra.pull_request")

    assert orders_for(story.view) == []
    assert [(found[0], found[3].verbs) for found in open_checkpoints(story.view)] == [
        ("prod-us", ("approve",)),
        ("prod-eu", ("approve",)),
    ]
    story.answer("prod-us", "approve", APPROVER)
    assert story.order.key == "airflow-3/email.notifications/prod-us/infra.pull_request/1"


def test_an_operator_who_is_no_approver_cannot_approve_production() -> None:
    story = Story().until("prod-us", "infra.pull_request").answer("prod-us", "approve", OPERATOR)

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "not_permitted"
    assert orders_for(story.view) == []


def test_who_started_the_migration_does_not_approve_it() -> None:
    people = {"operators": [APPROVER, OPERATOR], "approvers": [APPROVER]}
    story = Story(campaign=the_campaign(people=people)).act("start", APPROVER).until("prod-us", "infra.pull_request")

    story.answer("prod-us", "approve", APPROVER)
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "four_eyes"


def test_four_eyes_sees_through_a_linked_identity() -> None:
    people = {
        "operators": [OPERATOR],
        "approvers": ["slack:T0ACME/U_SECOND"],
        "linked": {OPERATOR: ["slack:T0ACME/U_SECOND"]},
    }
    story = Story(campaign=the_campaign(people=people)).until("prod-us", "infra.pull_request")

    story.answer("prod-us", "approve", "slack:T0ACME/U_SECOND")
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "four_eyes"


def test_a_deploy_to_production_waits_for_the_explicit_command() -> None:
    story = Story().until("prod-us", "deploy.run")

    assert orders_for(story.view) == []
    story.act("deploy", APPROVER, track="prod-us")
    assert story.order.skill == "run_workflow"
    assert story.order.inputs["inputs"] == {"environment": "prod-us"}


def test_a_deploy_to_the_primary_environment_needs_no_command() -> None:
    story = Story().until("test", "deploy.run")

    assert story.order.key == "airflow-3/email.notifications/test/deploy.run/1"


def test_a_plan_may_add_a_gate() -> None:
    plan = the_plan().model_dump(mode="json", by_alias=True)
    plan["phases"][0]["steps"][0]["gate"] = "confirmation"
    story = Story(plan=type(the_plan()).model_validate(plan)).act("start")

    assert orders_for(story.view) == []
    assert story.answer("shared", "confirm").order.skill == "rewrite_dags"


def test_a_stranger_cannot_start() -> None:
    story = Story().act("start", STRANGER)

    assert story.kinds() == ["act_refused"]
    assert story.view.state.status == "pending"


def test_a_second_start_is_refused_and_says_so() -> None:
    story = Story().act("start").act("start")

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_started"


def test_the_same_act_delivered_twice_is_once() -> None:
    story = Story().act("start", id="click-1")
    before = story.view.state

    story.act("start", id="click-1")
    assert story.last.events == ()
    assert story.last.refusal is None
    assert story.view.state == before


def test_who_clicks_second_is_told_who_was_first() -> None:
    story = Story().until("test", "infra.apply")
    button = story.button("test")
    story.act("infra-applied", checkpoint=button).act("infra-applied", STRANGER, checkpoint=button)

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_decided"
    assert OPERATOR in story.last.refusal.message


def test_a_button_of_an_old_attempt_changes_nothing() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="no"))
    old = story.button("test")
    story.answer("test", "retry").report(Failed(category="blocking", reason="no"))

    story.act("retry", checkpoint=old)
    assert story.kinds() == ["act_refused"]
    assert story.step("test").attempt == 2


def test_a_verb_that_fits_two_environments_lists_them() -> None:
    story = Story().until("prod-us", "infra.pull_request").act("approve", APPROVER)

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "ambiguous"
    assert "prod-us, prod-eu" in story.last.refusal.message


def test_a_command_that_fits_nothing_says_what_would_work() -> None:
    story = Story().until("test", "infra.apply").act("test-done")

    assert story.last.refusal is not None
    assert "`infra-applied email.notifications test`" in story.last.refusal.next_step


def test_pr_merged_by_anybody_only_means_look() -> None:
    story = Story().until("test", "infra.review").act("pr-merged", STRANGER)

    assert story.last.events == ()
    assert story.last.looks == story.step("test").watches


def test_requested_changes_are_recorded_and_the_merge_goes_on() -> None:
    story = Story().until("test", "infra.review").observe(pull_request(review="changes_requested"))
    assert story.kinds() == ["observation_recorded"]

    story.later(minutes=1).observe(merged())
    assert story.kinds() == ["observation_recorded", "step_completed", "checkpoint_opened"]


def test_an_observation_older_than_the_last_one_is_ignored() -> None:
    story = Story().until("test", "infra.review").later(minutes=9)
    story.observe(pull_request(head_sha="b2"), read_at=MONDAY + timedelta(hours=2))
    story.observe(pull_request(state="closed"), read_at=MONDAY + timedelta(hours=1))

    assert story.last.events == ()
    assert story.step("test").status == "awaiting_human"


def test_seeing_the_same_again_writes_nothing() -> None:
    story = Story().until("test", "infra.review").observe(pull_request()).later(minutes=1).observe(pull_request())

    assert story.last.events == ()


def test_a_merge_of_another_pull_request_is_ignored() -> None:
    story = Story().until("test", "infra.review").observe(merged(), address="pull_request:7/99999")

    assert story.last.events == ()


def test_a_closed_pull_request_asks_a_person_and_a_reopened_one_goes_on() -> None:
    story = Story().until("test", "infra.review").observe(pull_request(state="closed"))
    assert story.step("test").status == "failed"
    assert story.button("test").step == "infra.review"

    story.later(minutes=1).observe(pull_request())
    assert story.step("test").status == "awaiting_human"
    assert story.later(minutes=1).observe(merged()).view.state.tracks["test"].step == "infra.apply"


def test_a_pull_request_that_is_opened_again_is_no_retry() -> None:
    story = Story().until("test", "infra.review")
    for _ in range(3):
        story.later(minutes=1).observe(pull_request(state="closed")).later(minutes=1).observe(pull_request())

    step = story.step("test")
    assert (step.status, step.attempt, step.retries) == ("awaiting_human", 1, 0)


def test_retry_after_a_closed_pull_request_opens_it_again() -> None:
    story = Story().until("test", "infra.review").observe(pull_request(state="closed")).answer("test", "retry")

    assert story.order.key == "airflow-3/email.notifications/test/infra.pull_request/2"
    story.report(Succeeded(outputs={"address": "pull_request:7/77"}))
    assert story.step("test").watches == ("pull_request:7/77",)


def test_retry_of_an_approval_does_all_since_the_pull_request_again_as_new_attempts() -> None:
    plan = document("airflow-3.plan.yaml")
    infra = next(phase for phase in plan["phases"] if phase["name"] == "infra")
    infra["steps"].insert(1, {"id": "lint", "skill": "verify"})
    story = Story(Plan.model_validate(plan)).until("test", "infra.review")
    story.observe(pull_request(state="closed")).answer("test", "retry")

    orders = [story.order.key]
    story.report(Succeeded(outputs={"address": "pull_request:7/77"}))
    orders.append(story.order.key)
    story.report(Succeeded())

    at = "airflow-3/email.notifications/test/infra"
    assert orders == [f"{at}.pull_request/2", f"{at}.lint/2"]
    assert story.step("test").watches == ("pull_request:7/77",)


def test_a_decision_whose_choices_were_listed_in_time_has_no_deadline_left() -> None:
    plan = document("airflow-3.plan.yaml")
    migrate = next(phase for phase in plan["phases"] if phase["name"] == "migrate")
    migrate["steps"][0]["timeout"] = "1h"
    story = Story(Plan.model_validate(plan)).until("test", "migrate.choose")
    while story.step("test").checkpoint is None:
        story.oblige()

    assert story.step("test").deadline is None


def test_a_rewrite_that_changes_nothing_needs_no_review() -> None:
    story = Story().act("start").report(Succeeded(outputs={"changed": 0}))

    assert story.view.state.tracks["shared"].status == "completed"


def test_a_running_workflow_holds_its_slot_and_waiting_for_people_holds_none() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",)))
    assert list(story.view.gate.held) == ["airflow-3/email.notifications/test/deploy.run/1"]

    story.observe(succeeded_run())
    assert story.view.state.tracks["test"].step == "deploy.confirm"
    assert story.view.gate.held == {}


def test_a_failed_run_raises_an_intervention_with_its_reason() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",))).observe(failed_run())

    (found,) = open_checkpoints(story.view)
    assert found[3].kind == "intervention"
    assert found[3].verbs == ("retry", "skip", "block")
    assert "ImagePullBackOff" in found[3].ask
    assert story.step("test").failure is not None
    assert story.view.gate.held == {}


def test_a_run_cancelled_by_nobody_is_retriable() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",)))
    story.observe(run(status="completed", conclusion="cancelled"))

    failure = story.step("test").failure
    assert failure is not None
    assert failure.category == "retriable"


def test_a_failed_run_that_somebody_reruns_with_success_goes_on() -> None:
    story = Story().until("test", "deploy.run").report(Pending(watches=("workflow_run:7/5",))).observe(failed_run())
    story.later(minutes=5).observe(run(status="completed", conclusion="success", run_attempt=2))

    assert story.view.state.tracks["test"].step == "deploy.confirm"


def test_retry_is_a_new_attempt_with_a_new_key() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="no")).answer("test", "retry")

    assert story.order.key.endswith("deploy.run/2")


def test_retry_of_a_gated_deploy_is_itself_the_command() -> None:
    story = Story(campaign=with_gates(four_eyes=None)).until("prod-us", "deploy.run").act("deploy", track="prod-us")
    story.report(Failed(category="blocking", reason="no")).answer("prod-us", "retry")

    assert story.order.key.endswith("prod-us/deploy.run/2")


@pytest.mark.parametrize(("verb", "status"), [("skip", "skipped"), ("block", "blocked")])
def test_an_intervention_can_also_be_answered_by(verb: str, status: str) -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="no")).answer("test", verb)

    assert story.view.state.tracks["test"].steps["deploy.run"].status == status


def test_a_blocked_step_can_still_be_retried() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="no")).answer("test", "block")

    assert story.answer("test", "retry").order.key.endswith("deploy.run/2")


def test_a_transient_failure_is_retried_when_its_time_has_come_and_not_before() -> None:
    story = Story().until("test", "deploy.run")
    story.report(Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=30)))
    assert story.view.gate.held == {}

    assert story.tick().last.events == ()
    assert story.later(seconds=31).tick().order.key.endswith("deploy.run/2")


def test_a_transient_failure_becomes_an_intervention_after_five_retries() -> None:
    story = Story().until("test", "deploy.run")
    for _ in range(5):
        story.report(Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=30)))
        story.later(minutes=1).tick()
    story.report(Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=30)))

    failure = story.step("test").failure
    assert failure is not None
    assert failure.category == "blocking"
    assert failure.reason == "busy (gave up after 5 automatic retries)"


def test_an_automatic_retry_of_a_gated_deploy_needs_no_second_command() -> None:
    story = Story().until("prod-us", "deploy.run").act("deploy", APPROVER, track="prod-us")
    story.report(Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=30)))

    assert story.later(minutes=1).tick().order.key.endswith("prod-us/deploy.run/2")


def test_a_fatal_failure_aborts_and_nothing_is_ordered_any_more() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="fatal", reason="corrupt"))

    assert story.view.state.status == "aborted"
    assert orders_for(story.view) == []
    assert story.view.gate.held == {}
    assert story.act("retry").last.refusal is not None


def test_items_are_done_in_parts_and_each_part_is_an_order_of_its_own() -> None:
    story = Story().until("test", "migrate.items")
    assert story.order.key.endswith("migrate.items/1")
    story.report(Progressed(done=2, total=3, cursor="2"))

    assert (story.order.key[-3:], story.order.done, story.order.cursor) == ("1+1", 2, "2")


def test_a_report_of_an_earlier_part_is_ignored() -> None:
    story = Story().until("test", "migrate.items")
    first = story.order
    story.report(Progressed(done=2, total=3, cursor="2")).report(Progressed(done=2, total=3, cursor="2"), first)

    assert story.last.events == ()


def test_retry_of_a_partial_migration_resumes_at_its_cursor() -> None:
    story = Story().until("test", "migrate.items").report(Progressed(done=2, total=3, cursor="2"))
    story.report(Failed(category="blocking", reason="item 3", code="migration_partial")).answer("test", "retry")

    assert (story.order.key[-2:], story.order.done, story.order.cursor) == ("/2", 2, "2")


def test_a_skill_that_comes_no_further_is_stopped() -> None:
    story = Story().until("test", "migrate.items").report(Progressed(done=2, total=3, cursor="2"))
    story.report(Progressed(done=2, total=3, cursor="2"))

    failure = story.step("test").failure
    assert failure is not None
    assert failure.code == "no_progress"


def test_a_report_of_an_order_that_is_not_out_is_ignored() -> None:
    story = Story().until("test", "deploy.run")
    order = story.order
    story.report(Succeeded()).report(Succeeded(), order)

    assert story.last.events == ()


def test_a_choice_that_was_not_offered_is_refused() -> None:
    story = Story().until("test", "migrate.choose").oblige()
    story.answer("test", "decide", choices=[CHOICES[0], "dag_99"])

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "unknown_choice"
    assert story.step("test").status == "awaiting_human"


def test_no_list_given_means_all_that_are_offered() -> None:
    story = Story().until("test", "migrate.choose").oblige().answer("test", "decide")

    assert story.last.events[0].choices == CHOICES  # type: ignore[union-attr]
    chosen = story.order.items
    assert chosen is not None
    assert chosen.count == len(CHOICES)


def test_nothing_to_choose_asks_nobody() -> None:
    story = Story().until("test", "migrate.choose").report(Succeeded(choices=()))

    assert story.view.state.tracks["test"].step == "migrate.items"


def test_a_window_holds_a_start_back_and_the_clock_lets_it_go() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    story.now = MONDAY + timedelta(days=5)
    story.answer("prod-us", "approve", APPROVER)
    assert story.kinds() == ["checkpoint_decided", "step_queued"]
    assert orders_for(story.view) == []

    story.now = MONDAY + timedelta(days=7)
    assert story.tick().order.key.endswith("prod-us/infra.pull_request/1")


def test_one_slot_means_one_skill_at_work_and_the_next_starts_when_it_is_free() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    story.answer("prod-us", "approve", APPROVER).answer("prod-eu", "approve", APPROVER)
    assert [order.track for order in orders_for(story.view)] == ["prod-us"]
    assert story.step("prod-eu").status == "queued"

    story.report(Succeeded(outputs={"address": "pull_request:7/70"}))
    assert [order.track for order in orders_for(story.view)] == ["prod-eu"]


def test_metadata_that_a_plan_asks_for_and_a_resource_lacks_is_an_intervention() -> None:
    plan = the_plan().model_dump(mode="json", by_alias=True)
    plan["phases"][0]["steps"][0]["with"]["path"] = "dags/{resource.metadata.folder}"
    story = Story(plan=type(the_plan()).model_validate(plan)).act("start")

    failure = story.step("shared").failure
    assert failure is not None
    assert "resource.metadata.folder" in failure.reason


def test_a_plan_with_shared_phases_alone_is_completed_after_them() -> None:
    plan = the_plan(phases=[the_plan().model_dump(mode="json", by_alias=True)["phases"][0]])
    story = Story(plan=plan).act("start").report(Succeeded())

    assert story.view.state.status == "completed"
