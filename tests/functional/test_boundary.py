"""The permission boundary from where people stand: clicks and commands of who may not, may no more, or came second."""

from datetime import timedelta
from typing import Any

import pytest

from state_schema.campaign import Campaign, People
from state_schema.events import ActRefused, ApprovalGiven, CheckpointDecided
from state_schema.memberships import GroupMembers, Memberships
from state_schema.signals import Act, Failed
from tests.functional.journey import EMAIL, Journey
from tests.stories import APPROVER, OPERATOR, STRANGER, Story, with_gates

SECOND = "slack:T0ACME/U_SECOND_APPROVER"
COLLEAGUE = "slack:T0ACME/U_COLLEAGUE"
LEADS = "slack-group:T0ACME/S0LEADS"


def guarded(**people: Any) -> Campaign:
    named = {"operators": [OPERATOR, COLLEAGUE], "approvers": [APPROVER, SECOND]} | people
    campaign = with_gates(quorum={"prod-us": 2}, four_eyes=["prod-us"])
    return campaign.model_copy(update={"people": People.model_validate(named)})


def at(track: str, path: str, campaign: Campaign | None = None) -> Journey:
    """A world in which the e-mail cluster has come to this step, by the acts of an obliging team."""
    journey = Journey(campaign=campaign or guarded())
    told = Story(campaign=guarded()).until(track, path)
    journey.stores.states[EMAIL] = told.view.state
    journey.stores.records[EMAIL] = [journey.stores.records[EMAIL][0]] * told.view.state.version
    journey.clock.now = told.now
    return journey


def answered(journey: Journey, act: Act) -> str:
    """What the person who clicked hears; empty where the card alone answers."""
    journey.take(act)
    journey.drain("cards")
    return journey.replies.said.pop()[1] if journey.replies.said else ""


def refusals(journey: Journey) -> list[str]:
    events = [one.event for one in journey.stores.records[EMAIL]]
    return [event.reason_code for event in events if isinstance(event, ActRefused)]


@pytest.mark.parametrize(
    "actor",
    [STRANGER, OPERATOR.replace("T0ACME", "T0OTHER"), "github:77"],
    ids=["a stranger", "another team's user of the same id", "an account that nobody linked"],
)
def test_a_click_of_somebody_else_changes_nothing_and_is_answered(actor: str) -> None:
    journey = at("test", "infra.apply")

    said = answered(journey, journey.click("test", actor=actor))

    assert said == (
        "This needs one of the campaign's operators; you are not among them. "
        "Ask one of the operators of airflow-3, or have yourself added to its people."
    )
    assert journey.view(EMAIL).state.tracks["test"].step == "infra.apply"
    assert refusals(journey) == ["not_permitted"]


def test_who_was_revoked_may_no_more_from_the_moment_on_that_the_file_is_applied() -> None:
    journey = at("test", "infra.apply")
    shown = journey.click("test", actor=COLLEAGUE)
    journey.apply(guarded(operators=[OPERATOR]))

    assert answered(journey, shown).startswith("This needs one of the campaign's operators; you are not among them.")
    assert answered(journey, journey.click("test")) == ""
    assert refusals(journey) == ["not_permitted"]


def in_slack(journey: Journey, *members: str, ago: timedelta = timedelta()) -> None:
    read_at = journey.clock() - ago
    group = {LEADS: GroupMembers(members=members, read_at=read_at)}
    journey.stores.memberships["airflow-3"] = Memberships(campaign="airflow-3", at=read_at, groups=group)


def test_who_left_the_user_group_may_no_more_after_it_was_read() -> None:
    journey = at("prod-us", "infra.pull_request", guarded(approvers=[LEADS, SECOND]))
    in_slack(journey, APPROVER)
    assert journey.type("approve email.notifications prod-us", actor=APPROVER).ok

    in_slack(journey)
    said = journey.type("approve email.notifications prod-us", actor=APPROVER)

    assert not said.ok
    assert said.text.startswith("This needs one of the campaign's approvers; you are not among them.")


def test_a_user_group_that_was_not_read_within_the_hour_opens_nothing_and_pauses_nothing() -> None:
    journey = at("prod-us", "infra.pull_request", guarded(operators=[LEADS], approvers=[LEADS, SECOND]))
    in_slack(journey, APPROVER, ago=timedelta(minutes=61))

    said = journey.type("approve email.notifications prod-us", actor=APPROVER)
    assert "were not read within the last hour, so nobody counts as one." in said.text
    assert not journey.type("pause campaign", actor=APPROVER).ok
    assert not journey.type("pause all", actor=APPROVER).ok

    in_slack(journey, APPROVER)
    assert journey.type("pause campaign", actor=APPROVER).ok
    assert journey.type("pause all", actor=APPROVER).ok


def test_a_double_click_is_one_approval() -> None:
    journey = at("prod-us", "infra.pull_request")
    first, second = (journey.click("prod-us", actor=APPROVER) for _ in range(2))

    assert answered(journey, first) == ""
    assert answered(journey, first) == ""
    assert answered(journey, second) == (
        "You approved this already; 1 of 2 approvals are given. Another person has to approve it too."
    )

    events = [one.event for one in journey.stores.records[EMAIL]]
    assert sum(isinstance(event, ApprovalGiven) for event in events) == 1


def test_a_click_on_what_a_quorum_decided_is_told_who_and_when() -> None:
    journey = at("prod-us", "infra.pull_request")
    late = journey.click("prod-us", actor=APPROVER)
    for actor in (APPROVER, SECOND):
        answered(journey, journey.click("prod-us", actor=actor))
    when = journey.clock()

    said = answered(journey, late.model_copy(update={"at": when + timedelta(minutes=3)}))

    told = f"<@U_APPROVER> and <@U_SECOND_APPROVER> answered this already with `approve`, at {when:%Y-%m-%d %H:%M} UTC."
    assert said == f"{told} The card shows where it is now."
    assert journey.type("approve email.notifications prod-us", actor=SECOND).text.startswith(told)


def test_a_button_of_an_attempt_before_approves_nothing() -> None:
    journey = at("prod-us", "deploy.run")
    old = journey.click("prod-us", "deploy", actor=SECOND)
    for actor in (COLLEAGUE, APPROVER):
        answered(journey, journey.click("prod-us", "deploy", actor=actor))
    journey.skills["run_workflow"] = lambda _: Failed(category="blocking", reason="no")
    journey.drain()
    answered(journey, journey.click("prod-us", "retry", actor=COLLEAGUE))

    said = answered(journey, old)

    assert said.startswith("<@U_COLLEAGUE> and <@U_APPROVER> answered this already with `deploy`")
    step = journey.view(EMAIL).state.tracks["prod-us"].steps["deploy.run"]
    assert step.checkpoint is not None
    assert (step.attempt, step.checkpoint.given) == (2, ())


def test_who_started_or_retried_it_is_told_to_ask_another() -> None:
    journey = at("prod-us", "deploy.run")

    said = answered(journey, journey.click("prod-us", "deploy"))

    assert said == (
        "You started this migration, and prod-us wants a second pair of eyes. "
        "Operators or approvers may answer, not whoever started it: "
        "<@U_COLLEAGUE>, <@U_APPROVER>, <@U_SECOND_APPROVER>."
    )


def test_the_first_of_two_commands_is_told_how_many_are_left_and_the_second_what_starts() -> None:
    journey = at("prod-us", "deploy.run")

    assert journey.type("deploy email.notifications prod-us", actor=COLLEAGUE).text == (
        "Approved deploy.run of email.notifications in prod-us: 1 of 2; one more person has to approve it."
    )
    assert journey.type("deploy email.notifications prod-us", actor=APPROVER).text == (
        "Deploy: taken for deploy.run of email.notifications in prod-us; now deploy.run of prod-us is at work."
    )
    decided = [one.event for one in journey.stores.records[EMAIL] if isinstance(one.event, CheckpointDecided)]
    assert decided[-1].others == (COLLEAGUE,)


@pytest.mark.parametrize(
    ("words", "actor", "ok", "said"),
    [
        ("", COLLEAGUE, True, "<@U_COLLEAGUE> takes care of infra.apply of email.notifications in test."),
        ("me", COLLEAGUE, True, "<@U_COLLEAGUE> takes care of infra.apply of email.notifications in test."),
        ("test me", COLLEAGUE, True, "<@U_COLLEAGUE> takes care of infra.apply of email.notifications in test."),
        ("'<@U_APPROVER|the lead>'", OPERATOR, True, "<@U_APPROVER> takes care of infra.apply"),
        (APPROVER, OPERATOR, True, "<@U_APPROVER> takes care of infra.apply"),
        ("@lead", OPERATOR, False, "I can't tell who that is. Write `me`, mention somebody"),
        ("'<@U_APPROVER>'", "github:7", False, "I can't tell who that is."),
        ("tset", OPERATOR, False, "There is no environment `tset`. Did you mean `test`?"),
        ("me you", OPERATOR, False, "One person takes care of it, and you name 2. Nothing was done."),
        (STRANGER, OPERATOR, False, "<@U_STRANGER> is neither operator nor approver of airflow-3."),
        ("me", STRANGER, False, "Only operators and approvers of airflow-3 take or give its questions."),
    ],
)
def test_assign_says_who_takes_care_of_a_question(words: str, actor: str, ok: bool, said: str) -> None:
    journey = at("test", "infra.apply")

    answer = journey.type(f"assign email.notifications {words}", actor=actor)

    assert answer.text.startswith(said)
    assert answer.ok == ok
    assert (journey.view(EMAIL).state.tracks["test"].steps["infra.apply"].checkpoint.assigned_to is not None) == ok  # type: ignore[union-attr]


@pytest.mark.parametrize("verb", ["merge", "delete"])
def test_a_command_for_what_nothing_asks_for_does_nothing(verb: str) -> None:
    journey = at("test", "infra.apply")

    said = journey.type(f"{verb} email.notifications test")

    assert not said.ok
    assert refusals(journey) == ["nothing_to_answer"]
