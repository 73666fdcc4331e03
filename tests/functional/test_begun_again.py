"""What stays true of work over automatic retries, progress and moves: who asked for it, and that it is done once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.skills.run_workflow.skill import run_workflow
from shared.errors import RetryableError
from shared.messages.links import link_of
from shared.messages.standing import Standing
from shared.ports.github import DispatchedRun
from state_schema.campaign import Campaign
from state_schema.plan import Environment, Plan
from state_schema.signals import Failed, Progressed, Succeeded
from tests.functional.journey import Journey
from tests.stories import APPROVER, CHOICES, OPERATOR, Story, pull_request, run, the_campaign

RUN: dict[str, Any] = {"id": "run", "skill": "run_workflow", "with": {"repository": "acme/a", "workflow": "deploy.yml"}}
BACK = {"rollback": "run_workflow", "with": {"repository": "acme/a", "workflow": "back.yml"}}
SECOND = "slack:T0ACME/U_SECOND_OPERATOR"
PEOPLE = {"operators": [OPERATOR, SECOND], "approvers": [APPROVER]}
FOUR_EYES = {"four_eyes": ["test"], "deploy": "explicit_command", "run_migration": "explicit_command"}


def a_plan(*steps: dict[str, Any], version: int = 1) -> Plan:
    return Plan.model_validate(
        {
            "name": "airflow-3",
            "version": version,
            "environments": {"test": {"primary": True}},
            "phases": [{"name": "work", "steps": steps}],
        }
    )


def a_campaign(**changes: Any) -> Campaign:
    plain = {"resources": [{"id": "email.notifications"}], "gates": {}, "limits": {"active": 5}, "windows": []}
    return the_campaign(**{**plain, **changes})


def a_journey(*steps: dict[str, Any], **changes: Any) -> Journey:
    """The migration is started; version 2 of the plan has one more step."""
    journey = Journey(plan=a_plan(*steps), campaign=a_campaign(**changes))
    journey.engine.plans.publish(a_plan(*steps, {"id": "more", "skill": "verify"}, version=2))
    journey.take(journey.act("start"))
    return journey


class Runs:
    """Workflows whose first dispatch starts a run and gives no answer, where it is `silent`."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        self.runs: dict[str, DispatchedRun] = {}
        self.dispatched: list[str] = []

    def find(self, repository: str, workflow: str, operation: str) -> DispatchedRun | None:
        return self.runs.get(operation)

    def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str], operation: str
    ) -> DispatchedRun | None:
        self.dispatched.append(workflow)
        number = len(self.dispatched)
        self.runs[operation] = DispatchedRun(repository_id=7, run_id=number, url=f"https://github.test/runs/{number}")
        if self.silent and number == 1:
            raise RetryableError("no answer in time")
        return self.runs[operation]


def let_time_pass(journey: Journey, minutes: int) -> None:
    for _ in range(minutes):
        journey.clock.advance(60)
        journey.sweep()
        journey.drain()


@pytest.mark.parametrize("moved", [False, True])
def test_a_move_between_a_dispatch_without_an_answer_and_its_retry_starts_no_second_run(moved: bool) -> None:
    runs, journey = Runs(silent=True), a_journey(RUN)
    journey.skills["run_workflow"] = lambda work: run_workflow(work, workflows=runs)
    journey.drain()
    if moved:
        assert journey.type("move email.notifications airflow-3@2").ok
    let_time_pass(journey, 5)

    assert runs.dispatched == ["deploy.yml"]
    assert journey.where() == {"test": "work.run waiting"}


@pytest.mark.parametrize(("asks", "says"), [("retry", "deploy"), ("rollback", "rollback")])
def test_a_move_lets_nobody_approve_alone_what_they_asked_for(asks: str, says: str) -> None:
    journey = a_journey(RUN | {"on_failure": BACK}, people=PEOPLE, gates=FOUR_EYES)
    journey.skills["run_workflow"] = lambda _: Failed(category="blocking", reason="no")
    journey.take(journey.act("deploy", actor=APPROVER))
    journey.drain()
    done = list(journey.worked)
    journey.take(journey.act(asks, actor=SECOND))
    assert journey.take(journey.act(says, actor=SECOND)) == "four_eyes"

    assert journey.type("move email.notifications airflow-3@2", actor=SECOND).ok
    assert journey.take(journey.act(says, actor=SECOND)) == "four_eyes"
    journey.drain()
    assert journey.worked == done
    journey.take(journey.act(says, actor=APPROVER))
    journey.drain()
    assert len(journey.worked) == len(done) + 1


def test_a_retry_after_progress_is_still_what_was_approved() -> None:
    steps = (
        {"id": "pick", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
        {"id": "items", "skill": "migrate_items"},
    )
    story = Story(a_plan(*steps), a_campaign(people=PEOPLE, gates=FOUR_EYES))
    story.act("start").report(Succeeded(choices=CHOICES)).act("decide")
    story.act("run-migration", SECOND).report(Failed(category="blocking", reason="no"))
    story.act("retry", SECOND).act("run-migration", APPROVER)
    slow = Failed(category="transient", reason="It does not answer.")

    story.report(slow).later(minutes=20).tick().report(Progressed(done=1, total=3, cursor="1"))
    story.report(slow).later(minutes=20).tick()

    assert story.kinds() == ["step_retried", "step_started"]
    assert story.order.first_attempt == 2


def test_what_is_retried_after_its_pull_request_was_closed_waits_for_no_closed_one() -> None:
    rewrite = {"id": "rewrite", "skill": "rewrite_dags", "with": {"repository": "acme/a", "path": "dags"}}
    journey = Journey(
        plan=a_plan(rewrite, {"id": "review", "approval": {"of": "rewrite", "resume": "pr-merged"}}),
        campaign=a_campaign(),
    )
    address = "pull_request:7/1"
    journey.skills["rewrite_dags"] = lambda work: Succeeded(
        outputs={"address": address} if work.order.attempt == 1 else {"changed": 0, "remaining": 0}
    )
    journey.github.truth[address] = pull_request(state="closed")
    journey.take(journey.act("start"))
    journey.drain()
    journey.take(journey.click("test", "retry"))
    journey.drain()

    assert journey.where() == {"test": "work.review completed"}


def test_a_cancelled_run_of_a_rollback_is_run_again() -> None:
    policy = {"retries": {"retriable": 3}, **BACK}
    runs, journey = Runs(), a_journey(RUN | {"on_failure": policy})
    journey.skills["run_workflow"] = lambda work: run_workflow(work, workflows=runs)

    def ends(number: int, conclusion: str) -> None:
        address = f"workflow_run:7/{number}"
        journey.github.truth[address] = run(run_id=number, status="completed", conclusion=conclusion)
        journey.look(address)
        journey.drain()

    journey.drain()
    ends(1, "failure")
    journey.take(journey.click("test", "rollback"))
    journey.drain()
    ends(2, "cancelled")
    let_time_pass(journey, 10)
    assert runs.dispatched == ["deploy.yml", "back.yml", "back.yml"]

    ends(3, "success")
    step = journey.view().state.tracks["test"].steps["work.run"]
    assert (step.status, step.rollback, step.outputs["run_id"], step.back) == ("blocked", "done", 1, {})


def test_a_run_that_github_shows_no_more_is_a_persons_turn_but_not_at_once() -> None:
    journey = a_journey(RUN)
    journey.skills["run_workflow"] = lambda work: run_workflow(work, workflows=Runs())
    journey.drain()
    let_time_pass(journey, 10)
    assert journey.where() == {"test": "work.run waiting"}

    let_time_pass(journey, 10)
    assert journey.where() == {"test": "work.run failed"}
    failure = journey.view().state.tracks["test"].steps["work.run"].failure
    assert failure is not None
    assert "GitHub shows this run no more" in failure.reason
    link = link_of(Standing(journey.view(), "test"))
    assert link is not None
    assert link.url == "https://github.test/runs/1"

    (address,) = [watch.address for watch in journey.stores.watches]
    journey.github.truth[address] = run(status="completed", conclusion="success")
    journey.look(address)
    journey.drain()
    assert journey.where() == {"test": "work.run completed"}


def test_two_accounts_that_prove_to_be_one_persons_count_once() -> None:
    people = {"operators": [OPERATOR], "approvers": [APPROVER, "github:1", SECOND]}
    plan = a_plan(RUN).model_copy(update={"environments": {"test": Environment(approval_required=True)}})
    story = Story(plan, a_campaign(people=people, gates={"quorum": {"test": 3}})).act("start")
    story.act("approve", APPROVER).act("approve", "github:1")
    story.view = replace(story.view, gate=story.view.gate.model_copy(update={"links": {"github:1": APPROVER}}))

    story.act("approve", SECOND)

    assert story.kinds() == ["approval_given"]
    assert story.act("approve", APPROVER).last.refusal is not None
