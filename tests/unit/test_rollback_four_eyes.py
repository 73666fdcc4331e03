"""A roll-back where four eyes are wanted: one person asks for it, another one says it too, and nobody is misled meanwhile."""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from shared.domain.orders import orders_for
from shared.messages.acted import acted
from shared.messages.answer_text import text_of
from shared.messages.cards import card
from shared.messages.explained import explained
from state_schema.plan import Plan
from state_schema.signals import Failed, Succeeded
from tests.snapshot_files import MessageFile, written
from tests.stories import APPROVER, OPERATOR, Story, document, with_gates

ROLLBACK: dict[str, Any] = {
    "rollback": "run_workflow",
    "with": {"repository": "acme/infrastructure", "workflow": "rollback.yml"},
}
NO = Failed(category="blocking", reason="no")


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)


def a_failed_deployment_that_two_people_watch_over() -> Story:
    """In production, where the operator started it and the approver ordered the deployment."""
    plan = document("airflow-3.plan.yaml")
    plan["phases"][2]["steps"][0]["on_failure"] = ROLLBACK
    story = Story(Plan.model_validate(plan), with_gates(four_eyes=["prod-us"])).until("prod-us", "deploy.run")
    return story.act("deploy", APPROVER, track="prod-us").report(NO).later(minutes=1)


def told(story: Story, verb: str, actor: str) -> str:
    act = story._act(verb, actor, {"track": "prod-us"})
    return text_of(acted(story.signal(act).last, act))


def test_a_rollback_under_four_eyes_is_asked_for_by_one_and_said_again_by_another() -> None:
    story = a_failed_deployment_that_two_people_watch_over()

    assert told(story, "rollback", OPERATOR) == (
        "Roll back is asked for: deploy.run of email.notifications in prod-us. It begins when others agree. Operators or "
        "approvers may answer, not whoever started it or asked for this attempt: `principal:local`, <@U_APPROVER>."
    )
    assert orders_for(story.view) == []
    assert told(story, "rollback", OPERATOR) == (
        "You started this migration, and prod-us wants a second pair of eyes. Operators or approvers may answer, not whoever "
        "started it or asked for this attempt: `principal:local`, <@U_APPROVER>."
    )
    assert orders_for(story.view) == []
    assert told(story, "rollback", APPROVER) == (
        "Rolling back deploy.run of email.notifications in prod-us; now deploy.run of prod-us is at work."
    )
    assert (story.order.rollback, story.order.attempt) == (True, 2)


def test_whoever_asks_where_it_is_gets_the_button_if_they_may_agree() -> None:
    story = a_failed_deployment_that_two_people_watch_over().act("rollback", track="prod-us")

    def offered(actor: str) -> list[str]:
        return [one.command for one in explained(story.view, actor).suggestions if one.command.startswith("rollback")]

    assert offered(APPROVER) == ["rollback email.notifications prod-us"]
    assert offered(OPERATOR) == []


def test_no_button_of_a_rollback_says_deploy(message: SnapshotAssertion) -> None:
    story = a_failed_deployment_that_two_people_watch_over().act("rollback", track="prod-us")
    assert written(card(story.view, "prod-us")) == message


def test_the_deployment_that_was_permitted_permits_no_rollback_and_the_other_way_round() -> None:
    story = a_failed_deployment_that_two_people_watch_over().act("rollback", track="prod-us")
    assert story.act("deploy", APPROVER, track="prod-us").kinds() == ["act_refused"]
    story.act("rollback", APPROVER, track="prod-us", note="").report(Succeeded())
    assert story.act("retry", track="prod-us").last.refusal is None
    assert story.act("rollback", APPROVER, track="prod-us").kinds() == ["act_refused"]
    assert not story.act("deploy", APPROVER, track="prod-us").order.rollback
