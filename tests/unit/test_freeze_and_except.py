"""Acts that freeze, lift and except: who may, what is refused and in which words, and what the gate remembers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.control import Controlled, control
from shared.domain.control_rules import MOST
from shared.domain.freezing import frozen_until
from shared.domain.orders import orders_for
from state_schema.control import Control
from state_schema.gate import Freeze, FreezeException, Gate
from state_schema.signals import Failed
from tests.stories import APPROVER, MONDAY, OPERATOR, STRANGER, Story, the_campaign

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PROD = "environment:prod-us"
PLACE = "exception:email.notifications/prod-us"
GITHUB = "github:7"
PEOPLE: dict[str, Any] = {
    "operators": [OPERATOR, GITHUB],
    "approvers": [APPROVER, OPERATOR],
    "linked": {OPERATOR: ["principal:operator"], "principal:operator": [GITHUB]},
}


def acted(story: Story, verb: str, scope: str, actor: str = OPERATOR, **given: Any) -> Controlled:
    fields = {"id": f"{verb}-{scope}-{story.view.gate.version}-{story.now}", "at": story.now, "campaign": "airflow-3"}
    act = Control.model_validate(fields | {"verb": verb, "scope": scope, "actor": actor} | given)
    found = control(story.view.gate, story.view.campaign, act)
    story.view = replace(story.view, gate=found.gate)
    return found


def refusal(found: Controlled) -> tuple[str, str]:
    assert found.record is None
    assert found.refusal is not None
    return found.refusal.reason_code, found.refusal.message


def frozen_story(**campaign: Any) -> Story:
    """prod-us is approved and queues for the end of a freeze that ends in a day."""
    story = Story(campaign=the_campaign(**{"windows": [], "people": PEOPLE} | campaign))
    story.until("prod-us", "infra.pull_request")
    assert acted(story, "freeze", PROD, until=story.now + DAY, note="Release week").refusal is None
    return story.answer("prod-us", "approve", APPROVER)


def test_a_freeze_is_recorded_with_its_end_and_stops_starts_and_no_facts() -> None:
    story = Story(campaign=the_campaign(windows=[])).until("test", "deploy.run")
    found = acted(story, "freeze", "all", until=story.now + DAY, note="Release week")

    assert found.gate.freezes == {
        "all": Freeze(actor=OPERATOR, at=story.now, until=story.now + DAY, reason="Release week")
    }
    assert found.record is not None
    assert (found.record.verb, found.record.scope, found.record.until) == ("freeze", "all", story.now + DAY)
    assert found.running == ("airflow-3/email.notifications/test/deploy.run/1",)
    story.report(Failed(category="blocking", reason="no"))
    assert story.kinds() == ["step_failed", "checkpoint_opened"]


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (None, "no_end"),
        (MONDAY, "no_end"),
        (MONDAY - DAY, "no_end"),
        (MONDAY + 60 * DAY + timedelta(seconds=1), "too_long"),
    ],
)
def test_a_freeze_without_an_end_in_the_next_sixty_days_is_refused(until: object, code: str) -> None:
    assert refusal(acted(Story(), "freeze", PROD, until=until))[0] == code
    assert acted(Story(), "freeze", PROD, until=MONDAY + 60 * DAY).refusal is None


def test_a_freeze_can_be_made_longer_and_not_shorter() -> None:
    story = Story()
    acted(story, "freeze", PROD, until=MONDAY + DAY, note="Release week")

    code, message = refusal(acted(story, "freeze", PROD, until=MONDAY + HOUR))
    assert (code, message) == (
        "already_frozen",
        f"{OPERATOR} froze environment prod-us already, until 2026-03-03 09:00 UTC.",
    )
    longer = acted(story, "freeze", PROD, until=MONDAY + 2 * DAY)
    assert story.view.gate.freezes[PROD].until == MONDAY + 2 * DAY
    assert longer.was_until == MONDAY + DAY
    assert story.view.gate.freezes[PROD].reason == "Release week"


def test_resume_lifts_the_freeze_and_the_pause_of_its_scope_and_no_other() -> None:
    story = frozen_story()
    acted(story, "pause", PROD)
    acted(story, "freeze", "wave:1", until=story.now + DAY)

    acted(story, "resume", PROD)
    assert (story.view.gate.pauses, list(story.view.gate.freezes)) == ({}, ["wave:1"])
    acted(story, "resume", "wave:1")
    assert [order.track for order in orders_for(story.tick().view)] == ["prod-us"]
    assert refusal(acted(story, "resume", PROD))[0] == "not_paused"


def test_what_is_held_back_in_place_of_what_a_resume_named_is_told_freezes_too() -> None:
    found = acted(frozen_story(), "resume", "campaign")

    assert found.refusal is not None
    assert found.refusal.message == "Neither paused nor frozen: campaign."
    assert found.refusal.next_step == (
        "Still held back: environment prod-us (frozen); `resume` takes the place that you mean."
    )


def test_two_people_let_one_place_start_until_the_freeze_ends() -> None:
    story = frozen_story()
    end = story.view.gate.freezes[PROD].until
    asked = acted(story, "except", PLACE, note="The disk is full")
    assert asked.record is not None
    assert (asked.record.verb, asked.record.scope, asked.record.until) == ("except", PLACE, end)
    assert story.later(minutes=1).tick().kinds() == []

    acted(story, "except", PLACE, APPROVER)
    assert story.view.gate.exceptions == {
        "email.notifications/prod-us": FreezeException(
            actor=OPERATOR,
            at=story.now - timedelta(minutes=1),
            until=end,
            reason="The disk is full",
            approved_by=APPROVER,
            approved_at=story.now,
        )
    }
    assert story.tick().order.track == "prod-us"
    assert frozen_until(story.view, "prod-eu", story.now) is None
    assert frozen_until(story.view, "prod-us", end - HOUR) is None


@pytest.mark.parametrize("actor", [OPERATOR, "principal:operator", GITHUB])
def test_nobody_approves_their_own_exception_whatever_id_they_use(actor: str) -> None:
    story = frozen_story()
    acted(story, "except", PLACE)

    code, message = refusal(acted(story, "except", PLACE, actor))
    assert code == "second_person"
    assert message == (
        f"It wants a second person: {OPERATOR} asked for this exception at {story.now:%Y-%m-%d %H:%M} UTC; "
        f"{APPROVER} may approve it."
    )


def test_who_asks_where_nobody_else_may_approve_is_told_so() -> None:
    story = frozen_story(people=PEOPLE | {"approvers": [OPERATOR, APPROVER]})
    alone = story.view.campaign.people.model_copy(update={"approvers": (OPERATOR,)})
    story.view = replace(story.view, campaign=story.view.campaign.model_copy(update={"people": alone}))
    acted(story, "except", PLACE)

    assert "no other approver is named in the campaign's file" in refusal(acted(story, "except", PLACE))[1]


def test_an_operator_who_is_no_approver_cannot_approve() -> None:
    second = "slack:T0ACME/U_SECOND"
    story = frozen_story(people=PEOPLE | {"operators": [OPERATOR, second]})
    acted(story, "except", PLACE)

    assert refusal(acted(story, "except", PLACE, second))[0] == "not_permitted"
    assert refusal(acted(story, "except", PLACE, STRANGER))[0] == "not_permitted"


@pytest.mark.parametrize("actor", [APPROVER, STRANGER])
def test_only_an_operator_asks(actor: str) -> None:
    assert refusal(acted(frozen_story(), "except", PLACE, actor))[0] == "not_permitted"


def test_where_nothing_is_frozen_there_is_nothing_to_be_excepted_from() -> None:
    elsewhere = "exception:email.notifications/prod-eu"
    story = frozen_story()

    assert refusal(acted(story, "except", elsewhere))[0] == "not_frozen"
    assert refusal(acted(story, "except", "exception:unheard.of/prod-us"))[0] == "unknown_resource"
    acted(story, "pause", "environment:prod-eu")
    assert refusal(acted(story, "except", elsewhere))[0] == "not_frozen"


def test_an_exception_from_a_window_lasts_until_the_window_ends() -> None:
    window = {"deny": "Mon 08:00 - Mon 18:00", "zone": "UTC", "environments": ["prod-us"]}
    story = Story(campaign=the_campaign(windows=[window], people=PEOPLE)).until("prod-us", "infra.pull_request")
    acted(story, "except", PLACE)
    acted(story, "except", PLACE, APPROVER)

    assert story.view.gate.exceptions["email.notifications/prod-us"].until == MONDAY.replace(hour=18)
    assert story.answer("prod-us", "approve", APPROVER).order.track == "prod-us"
    assert refusal(acted(story, "except", PLACE))[0] == "already_excepted"
    story.now = MONDAY + 7 * DAY
    assert frozen_until(story.view, "prod-us", story.now) is not None


def test_a_step_that_queues_because_it_would_run_into_a_window_can_be_excepted_before_the_window_begins() -> None:
    story, end = Story(campaign=the_campaign(windows=[], people=PEOPLE)), MONDAY.replace(hour=18)
    act = Control(id="e", at=MONDAY, campaign="airflow-3", actor=OPERATOR, verb="except", scope=PLACE)

    assert refusal(control(story.view.gate, story.view.campaign, act))[0] == "not_frozen"
    found = control(story.view.gate, story.view.campaign, act, queued_until=end)
    assert found.gate.exceptions["email.notifications/prod-us"].until == end


def test_an_exception_does_not_outlive_the_freeze_that_it_was_asked_in() -> None:
    story = frozen_story()
    for actor in (OPERATOR, APPROVER):
        acted(story, "except", PLACE, actor)

    acted(story, "resume", PROD)
    assert story.view.gate.exceptions == {}
    acted(story, "freeze", PROD, until=story.now + HOUR)
    assert frozen_until(story.view, "prod-us", story.now) == story.now + HOUR


def test_an_exception_outlives_the_lifting_of_another_freeze() -> None:
    story = frozen_story()
    acted(story, "freeze", "environment:prod-eu", until=story.now + DAY)
    for actor in (OPERATOR, APPROVER):
        acted(story, "except", PLACE, actor)

    acted(story, "resume", "environment:prod-eu")
    assert list(story.view.gate.exceptions) == ["email.notifications/prod-us"]


def test_what_is_over_is_dropped_by_the_next_act_and_not_by_one_that_is_refused() -> None:
    story = frozen_story()
    acted(story, "except", PLACE)
    story.later(days=2)
    assert refusal(acted(story, "resume", "wave:1"))[0] == "not_paused"
    assert list(story.view.gate.freezes) == [PROD]

    acted(story, "pause", "campaign")
    assert (story.view.gate.freezes, story.view.gate.exceptions) == ({}, {})


@pytest.mark.parametrize(("verb", "field"), [("freeze", "freezes"), ("except", "exceptions")])
def test_there_are_never_more_than_fifty_of_either(verb: str, field: str) -> None:
    resources = [{"id": f"r{number}"} for number in range(MOST + 1)]
    story = Story(campaign=the_campaign(resources=resources, windows=[], people=PEOPLE))
    acted(story, "freeze", "campaign", until=MONDAY + DAY)
    scope = {"freeze": "migration:r{}", "except": "exception:r{}/test"}[verb]
    for number in range(MOST - (verb == "freeze")):
        assert acted(story, verb, scope.format(number), until=MONDAY + HOUR).refusal is None

    assert len(getattr(story.view.gate, field)) == MOST
    assert refusal(acted(story, verb, scope.format(MOST), until=MONDAY + HOUR))[0] == "too_many"
    if verb == "freeze":
        assert acted(story, verb, scope.format(0), until=MONDAY + 2 * HOUR).refusal is None
        story.later(hours=3)
        assert acted(story, verb, scope.format(MOST), until=MONDAY + DAY).refusal is None


@pytest.mark.parametrize(("verb", "scope"), [("pause", PLACE), ("freeze", PLACE), ("resume", PLACE), ("except", "all")])
def test_a_verb_that_does_not_go_with_a_scope_changes_nothing(verb: str, scope: str) -> None:
    story = frozen_story()

    assert refusal(acted(story, verb, scope, until=story.now + HOUR))[0] == "unknown_scope"


def test_the_same_act_delivered_twice_is_once() -> None:
    story = frozen_story()
    acted(story, "except", PLACE, id="asked")

    again = acted(story, "except", PLACE, id="asked")
    assert (again.record, again.refusal) == (None, None)
    assert story.view.gate.exceptions["email.notifications/prod-us"].approved_by is None


def test_a_pause_of_all_campaigns_is_the_widest_there_is() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    acted(story, "pause", "all")
    story.answer("prod-us", "approve", APPROVER)
    assert story.kinds() == ["checkpoint_decided", "step_queued"]

    assert refusal(acted(story, "resume", "campaign"))[0] == "not_paused"
    acted(story, "resume", "all")
    assert story.tick().order.track == "prod-us"


def test_a_gate_with_freezes_and_exceptions_is_read_back_as_it_was_written() -> None:
    story = frozen_story()
    for actor in (OPERATOR, APPROVER):
        acted(story, "except", PLACE, actor)
    gate = story.view.gate

    assert Gate.model_validate_json(gate.model_dump_json()) == gate
