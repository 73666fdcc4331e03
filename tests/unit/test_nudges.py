"""Who is mentioned in a reminder, and that no text of others pings anybody or breaks a limit."""

from typing import Any

import pytest

from shared.messages.nudges import escalation_alert, escalation_text, reminder_text
from shared.messages.people import mentions
from shared.messages.standing import Standing
from state_schema.migration import Checkpoint
from state_schema.reminders import Reminders
from tests.stories import Story, the_campaign

LEADS = "slack-group:T0ACME/S0LEADS"
HOSTILE = "<!channel> <@U_BOSS> & `code` \u202e " + "x" * 10_000


def asked(path: str = "infra.apply", track: str = "test", **campaign: Any) -> tuple[Standing, Checkpoint]:
    at = Standing(Story(campaign=the_campaign(**campaign)).until(track, path).view, track)
    assert at.question is not None
    return at, at.question


def owned_by(owner: str) -> dict[str, Any]:
    return {"resources": [{"id": "email.notifications", "owner": owner}], "waves": {1: {}}}


def first_word(at: Standing, question: Checkpoint) -> str:
    return reminder_text(at, question).partition(" ")[0]


def test_whoever_took_the_question_is_mentioned_before_the_owner() -> None:
    at, question = asked(**owned_by("slack:T0ACME/U_OWNER"))
    assert first_word(at, question) == "<@U_OWNER>"

    taken = question.model_copy(update={"assigned_to": "slack:T0ACME/U_COLLEAGUE"})
    assert first_word(at, taken) == "<@U_COLLEAGUE>"
    on_github = question.model_copy(update={"assigned_to": "github:7"})
    assert first_word(at, on_github) == "<@U_OWNER>"


def test_of_an_approval_the_approvers_are_reminded() -> None:
    at, question = asked("infra.pull_request", "prod-us")

    assert question.reason == "approval_required"
    assert first_word(at, question) == "<@U_APPROVER>"


def test_groups_of_the_campaign_are_their_people_and_those_of_slack_are_mentioned_as_such() -> None:
    people = {
        "operators": ["group:night", LEADS, "principal:local"],
        "groups": {"night": [f"slack:T0ACME/U_{number}" for number in range(3)]},
    }
    at, question = asked(gates={})
    campaign = the_campaign(people=people)
    at = Standing(at.view.__class__(at.view.state, at.view.plan, campaign, at.view.gate), "test")

    assert reminder_text(at, question).startswith("<@U_0> <@U_1> <@U_2> <!subteam^S0LEADS> ")


def test_where_slack_knows_nobody_the_reminder_stands_alone() -> None:
    at, question = asked()
    campaign = the_campaign(people={"operators": ["principal:local", "github:7"]})
    at = Standing(at.view.__class__(at.view.state, at.view.plan, campaign, at.view.gate), "test")

    assert reminder_text(at, question).startswith("E-mail notifications · test waits for an answer since ")


def test_nobody_is_mentioned_twice_and_five_at_most() -> None:
    many = [f"slack:T0ACME/U_{number}" for number in range(9)]

    assert mentions([many[0], many[0], *many]) == "<@U_0> <@U_1> <@U_2> <@U_3> <@U_4>"
    assert mentions(["slack:T0ACME/u_lower", "<!here>", "slack-group:T0ACME/U_USER", ""]) == ""


def test_hostile_texts_ping_nobody_and_fit() -> None:
    at, question = asked(resources=[{"id": "email.notifications", "name": HOSTILE[:200], "owner": HOSTILE[:100]}])
    question = question.model_copy(update={"ask": HOSTILE[:1000], "reminded": 7})
    rule = Reminders(escalate_after="48h", escalate_to=("slack:T0ACME/U_LEAD", LEADS, "topic"))

    for text in (reminder_text(at, question), escalation_text(at, question, rule)):
        assert "<!channel>" not in text
        assert "U_BOSS>" not in text
        assert len(text) < 1200
    assert escalation_text(at, question, rule).startswith("<@U_LEAD> <!subteam^S0LEADS> Nobody has answered for ")
    assert "(reminded 7 times)" in escalation_text(at, question, rule)


@pytest.mark.parametrize("resource", ["a", "x" * 60])
def test_an_alert_names_the_resource_in_a_subject_that_sns_takes(resource: str) -> None:
    at, question = asked(resources=[{"id": resource}], waves={1: {}})

    alert = escalation_alert(at, question)

    assert alert.subject == f"Waymark: nobody answers for {resource} in test"[:99]
    assert f"(airflow-3/{resource}, infra.apply)" in alert.text
