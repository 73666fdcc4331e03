"""Modals through everything: mock Slack, the door's real handler, queues, workers, and what the person is told at last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.fresh import CAMPAIGN, PLAN, apply_campaign, fill_github
from sandbox.places import Button, buttons_on
from sandbox.runtime import Runtime
from sandbox.slack.people import DoorResponse
from sandbox.slack.reading import plain
from sandbox.world import OPERATOR, World, open_world
from shared.adapters.yaml_files import YamlFile
from state_schema.campaign import Campaign
from state_schema.migration import StepState
from state_schema.plan import Plan
from tests.unit.forms import asking

CHANNEL = "C0MIGRATE"
EMAIL = "airflow-3/email.notifications"
SECOND = "U_SECOND"
TURNS = timedelta(seconds=20)
CLEARED = DoorResponse(200, '{"response_action": "clear"}')


@dataclass
class Team:
    """The people, with the workers behind them."""

    world: World

    def work(self) -> None:
        """All that is to be done now, and what waits for its turn in the channel."""
        clock, inbox = self.world.clock, self.world.engine.inbox
        until = clock.now() + TURNS
        while Runtime(inbox, clock.now).drain() or ((hidden := inbox.next_visible_at()) and hidden < until):  # type: ignore[attr-defined]
            clock.advance_to(inbox.next_visible_at() or clock.now())  # type: ignore[attr-defined]

    def start(self) -> None:
        self.world.slack.command("start email.notifications", CHANNEL, OPERATOR)
        self.work()

    def button(self, action_id: str) -> Button:
        shown = buttons_on(self.world.slack.messages(CHANNEL))
        return next(button for button in shown if button.action_id == action_id)

    def open(self, action_id: str, user: str = OPERATOR, *, work: bool = True) -> Mapping[str, Any]:
        """Clicks the button; the modal as it then stands before them."""
        button = self.button(action_id)
        answer = self.world.slack.click(CHANNEL, button.ts, action_id, user, value=button.value)
        assert answer == DoorResponse(200, "")
        if work:
            self.work()
        return self.world.slack.modals(user)[-1]

    def submit(self, view: Mapping[str, Any], values: dict[str, Any], user: str = OPERATOR, **how: Any) -> DoorResponse:
        answer = self.world.slack.submit(view["id"], user, values, **how)
        self.work()
        return answer

    def told(self, user: str = OPERATOR) -> str:
        """The last thing that only they see."""
        return [plain(one.text) for one in self.world.slack.messages(CHANNEL) if one.ephemeral == user][-1]

    def step(self, path: str) -> StepState:
        return self.world.engine.migrations.load(EMAIL).view.state.tracks["test"].steps[path]

    def chosen(self) -> list[Any]:
        records = self.world.engine.history.events(EMAIL, after=0)
        return [one.event for one in records if one.event.kind == "checkpoint_decided"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path / "world.db", VirtualClock()) as world:
        yield world


def team(world: World, plan: Plan) -> Team:
    campaign = YamlFile.read(CAMPAIGN).parsed(Campaign)
    operators = (*campaign.people.operators, f"slack:T0ACME/{SECOND}")
    people = campaign.people.model_copy(update={"operators": operators})
    fill_github(world.github, [resource.id for resource in campaign.resources])
    apply_campaign(world.engine, plan, campaign.model_copy(update={"windows": (), "people": people}), world.clock.now())
    there = Team(world)
    there.start()
    return there


def of_phase(plan: Plan, name: str) -> Plan:
    return plan.model_copy(update={"phases": tuple(phase for phase in plan.phases if phase.name == name)})


@pytest.fixture
def choosing(world: World) -> Team:
    """Which of ten DAGs to migrate is asked at once."""
    return team(world, of_phase(YamlFile.read(PLAN).parsed(Plan), "migrate"))


@pytest.fixture
def failed(choosing: Team) -> Team:
    """The first of two DAGs could not be migrated."""
    choosing.world.airflow.fail("email.notifications", "test", "dag_01", "it has import errors", 9)
    choosing.submit(choosing.open("open:decide"), {"choices": ["dag_01", "dag_02"]})
    return choosing


def test_some_items_are_chosen_in_a_modal(choosing: Team) -> None:
    view = choosing.open("open:decide")
    assert choosing.submit(view, {"choices": ["dag_03", "dag_05"]}) == CLEARED
    (decided,) = choosing.chosen()
    assert (decided.verb, decided.choices) == ("decide", ("dag_03", "dag_05"))
    assert (choosing.step("migrate.choose").status, choosing.world.slack.modals()) == ("completed", [])


def test_the_modal_loads_until_the_worker_has_read_what_is_asked(choosing: Team) -> None:
    loading = choosing.open("open:decide", work=False)
    assert (loading["title"]["text"], "submit" in loading) == ("One moment", False)
    choosing.work()
    (filled,) = choosing.world.slack.modals()
    assert (filled["id"], filled["title"]["text"], filled["submit"]["text"]) == (loading["id"], "Decide", "Decide")


def test_a_choice_that_is_not_offered_is_refused_kindly(choosing: Team) -> None:
    view = choosing.open("open:decide")
    values = {"choices": {"given": {"selected_options": [{"value": "dag_01"}, {"value": "dag_99 <!channel>"}]}}}
    assert choosing.submit(view, values, raw=True) == CLEARED
    assert choosing.chosen() == []
    assert choosing.told().startswith("Not among the choices: dag_99 <!channel>.")
    assert choosing.step("migrate.choose").status == "awaiting_human"


def test_a_form_is_filled_in_and_what_is_wrong_with_it_is_said(world: World) -> None:
    plan = asking()
    there = team(world, of_phase(plan, "size"))
    view = there.open("open:decide")
    there.submit(view, {"workers": "99", "reason": "because"})
    assert "`workers`: a whole number from 1 to 64 is wanted, and this is 99" in there.told()
    there.submit(there.open("open:decide"), {"workers": "8", "pool": "large", "reason": "because"})
    (decided,) = there.chosen()
    assert decided.answers == {"workers": 8, "pool": "large", "keep_old": False, "reason": "because"}


def test_a_step_is_skipped_with_a_reason_that_stays_in_the_history(failed: Team) -> None:
    assert failed.submit(failed.open("open:skip"), {"reason": "it is retired"}) == CLEARED
    assert failed.step("migrate.items").status == "skipped"
    assert (failed.chosen()[-1].verb, failed.chosen()[-1].note) == ("skip", "it is retired")


def test_a_blank_reason_keeps_the_modal_open_with_what_is_wrong(failed: Team) -> None:
    view = failed.open("open:skip")
    failed.submit(view, {"reason": "   "})
    (shown,) = failed.world.slack.modals()
    assert shown["errors"] == {"reason": "Say why in a few words; those who read the history will ask."}
    assert failed.step("migrate.items").status == "failed"


def test_of_two_who_filled_it_in_the_second_is_told_who_was_first(failed: Team) -> None:
    first, second = failed.open("open:skip"), failed.open("open:skip", SECOND)
    failed.submit(first, {"reason": "it is retired"})
    assert failed.submit(second, {"reason": "so it is"}, SECOND) == CLEARED
    assert f"@{OPERATOR} answered this already with `skip`, at " in failed.told(SECOND)


def test_who_opens_it_after_it_was_decided_sees_who_did(failed: Team) -> None:
    button = failed.button("open:skip")
    failed.submit(failed.open("open:skip"), {"reason": "it is retired"})
    failed.world.slack.click(CHANNEL, button.ts, "open:skip", SECOND, value=button.value, stale=True)
    failed.work()
    (shown,) = failed.world.slack.modals(SECOND)
    assert "submit" not in shown
    assert f"<@{OPERATOR}> answered this already with `skip`" in shown["blocks"][0]["text"]["text"]


def test_a_modal_of_an_old_attempt_is_refused(failed: Team) -> None:
    view = failed.open("open:skip")
    button = failed.button("act:retry")
    failed.world.slack.click(CHANNEL, button.ts, "act:retry", SECOND, value=button.value)
    failed.work()
    failed.submit(view, {"reason": "it is retired"})
    assert f"@{SECOND} answered this already with `retry`, at " in failed.told()
    assert failed.step("migrate.items").status != "skipped"


def test_a_submission_that_comes_twice_is_one_act(failed: Team) -> None:
    assert failed.submit(failed.open("open:skip"), {"reason": "it is retired"}, times=2) == CLEARED
    assert [one.verb for one in failed.chosen()] == ["decide", "skip"]
    assert not [one for one in failed.world.slack.messages(CHANNEL) if "answered this already" in one.text]


def test_a_modal_sent_an_hour_late_is_taken_and_says_where_to_look(failed: Team) -> None:
    view = failed.open("open:skip")
    failed.world.clock.advance_to(failed.world.clock.now() + timedelta(hours=1))
    failed.submit(view, {"reason": "it is retired"})
    assert failed.step("migrate.items").status == "skipped"
    (shown,) = failed.world.slack.modals()
    assert "/migrate history email.notifications" in shown["blocks"][0]["text"]["text"]


def test_a_migration_is_given_up_with_a_reason_and_who_comes_after_is_told_who_did(failed: Team) -> None:
    late = failed.button("open:skip")
    second = failed.open("open:abort", SECOND)
    assert failed.submit(failed.open("open:abort"), {"reason": "the cluster is switched off"}) == CLEARED

    state = failed.world.engine.migrations.load(EMAIL).view.state
    (aborted,) = [
        one for one in failed.world.engine.history.events(EMAIL, after=0) if one.event.kind == "migration_aborted"
    ]
    assert (state.status, aborted.event.reason) == ("aborted", "the cluster is switched off")  # type: ignore[union-attr]
    assert not [
        one for one in buttons_on(failed.world.slack.messages(CHANNEL)) if one.action_id.startswith(("act:", "open:"))
    ]

    failed.submit(second, {"reason": "so it is"}, SECOND)
    assert failed.told(SECOND).startswith(f"@{OPERATOR} aborted email.notifications already, at ")
    failed.world.slack.click(CHANNEL, late.ts, "open:skip", SECOND, value=late.value, stale=True)
    failed.work()
    (shown,) = failed.world.slack.modals(SECOND)
    assert f"<@{OPERATOR}> aborted email.notifications already, at " in shown["blocks"][0]["text"]["text"]
    failed.world.slack.command("start email.notifications", CHANNEL, SECOND)
    failed.work()
    assert failed.told(SECOND).startswith(f"@{OPERATOR} aborted email.notifications already, at ")


def test_a_question_is_taken_with_a_click_and_the_button_is_gone(failed: Team) -> None:
    button = failed.button("act:assign")
    failed.world.slack.click(CHANNEL, button.ts, "act:assign", SECOND, value=button.value)
    failed.work()
    asked = failed.step("migrate.items").checkpoint
    assert asked is not None
    assert asked.assigned_to == f"slack:T0ACME/{SECOND}"
    assert "act:assign" not in {one.action_id for one in buttons_on(failed.world.slack.messages(CHANNEL))}


def test_who_takes_a_question_by_the_button_of_an_attempt_before_is_told_so(failed: Team) -> None:
    old, retry = failed.button("act:assign"), failed.button("act:retry")
    failed.world.slack.click(CHANNEL, retry.ts, "act:retry", OPERATOR, value=retry.value)
    failed.work()
    failed.world.slack.click(CHANNEL, old.ts, "act:assign", SECOND, value=old.value, stale=True)
    failed.work()
    assert f"@{OPERATOR} answered this already with `retry`, at " in failed.told(SECOND)


def test_somebody_of_another_team_sends_nothing(failed: Team) -> None:
    view = failed.open("open:skip")
    assert failed.submit(view, {"reason": "it is retired"}, team="T0OTHER").status == 401
    assert failed.step("migrate.items").status == "failed"


def test_who_may_not_answer_is_told_so_in_the_modal(failed: Team) -> None:
    view = failed.open("open:block", "U_STRANGER")
    assert "submit" not in view
    assert "operators; you are not among them" in view["blocks"][0]["text"]["text"]


@pytest.mark.parametrize("error", ["invalid_auth", "expired_trigger_id", "internal_error"])
def test_where_slack_opens_no_modal_the_person_is_told_what_to_type(failed: Team, error: str) -> None:
    failed.world.slack.fail("views.open", error)
    button = failed.button("open:skip")
    assert failed.world.slack.click(CHANNEL, button.ts, "open:skip", OPERATOR, value=button.value).status == 200
    failed.work()
    assert failed.told() == (
        "Slack did not open the form just now. Press again, or write in the channel: "
        "`/migrate skip email.notifications test <reason>`."
    )
    failed.world.slack.command("skip email.notifications test it is retired", CHANNEL, OPERATOR)
    failed.work()
    assert failed.step("migrate.items").status == "skipped"
