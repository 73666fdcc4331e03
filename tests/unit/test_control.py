"""Pauses, waves and the breaker: what stops starts, who may, and what it never stops."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.control import Controlled, control
from shared.domain.gate import could_start
from shared.domain.orders import orders_for
from state_schema.control import Control
from state_schema.gate import Gate, Place
from state_schema.signals import Failed
from tests.stories import APPROVER, MONDAY, OPERATOR, STRANGER, Story, the_campaign

WAVES = {1: {}, 2: {"after": 1}}


def controlled(story: Story, verb: str, scope: str = "campaign", actor: str = OPERATOR, **given: Any) -> Controlled:
    fields = {"id": f"{verb}-{scope}-{story.view.gate.version}", "at": story.now, "campaign": "airflow-3"}
    act = Control.model_validate(fields | {"verb": verb, "scope": scope, "actor": actor} | given)
    found = control(story.view.gate, story.view.campaign, act)
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, found.gate)
    return found


@pytest.mark.parametrize(
    "scope", ["campaign", "wave:1", "environment:prod-us", "migration:email.notifications"]
)  # fmt: skip
def test_nothing_starts_in_a_paused_scope_and_it_goes_on_after_resume(scope: str) -> None:
    story = Story().until("prod-us", "infra.pull_request")
    controlled(story, "pause", scope)
    story.answer("prod-us", "approve", APPROVER)
    assert story.kinds() == ["checkpoint_decided", "step_queued"]

    controlled(story, "resume", scope)
    assert could_start(story.view.gate, story.view.campaign) == [story.view.state.id]
    assert [order.track for order in orders_for(story.tick().view)] == ["prod-us"]


def test_a_pause_elsewhere_stops_nothing_here() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    for scope in ("wave:2", "environment:prod-eu", "migration:billing.reports"):
        controlled(story, "pause", scope)

    assert story.answer("prod-us", "approve", APPROVER).order.track == "prod-us"


def test_facts_are_recorded_during_a_pause() -> None:
    story = Story().until("test", "deploy.run")
    controlled(story, "pause")
    story.report(Failed(category="blocking", reason="no"))

    assert story.kinds() == ["step_failed", "checkpoint_opened"]


def test_a_pause_says_what_is_still_running() -> None:
    story = Story().until("test", "deploy.run")

    assert controlled(story, "pause", "environment:test").running == (
        "airflow-3/email.notifications/test/deploy.run/1",
    )
    assert controlled(story, "pause", "environment:prod-us").running == ()


def test_who_is_paused_holds_up_nobody_behind() -> None:
    story = Story()
    queue = {
        "airflow-3/a/test/deploy.run/1": Place(environment="test", wave=1, since=MONDAY + timedelta(minutes=1)),
        "airflow-3/b/test/deploy.run/1": Place(environment="test", wave=1, since=MONDAY),
    }
    story.view = story.view.__class__(
        story.view.state, story.view.plan, story.view.campaign, Gate(campaign="airflow-3", version=1, queue=queue)
    )
    assert could_start(story.view.gate, story.view.campaign) == ["airflow-3/b"]

    gate = story.view.gate.model_copy(update={"pauses": {"migration:b": object()}})
    assert could_start(gate, story.view.campaign) == ["airflow-3/a"]


@pytest.mark.parametrize(
    ("verb", "scope", "actor", "code"),
    [
        ("pause", "campaign", STRANGER, "not_permitted"),
        ("pause", "wave:9", OPERATOR, "unknown_wave"),
        ("pause", "migration:unheard.of", OPERATOR, "unknown_resource"),
        ("resume", "campaign", OPERATOR, "not_paused"),
        ("open-wave", "wave:1", OPERATOR, "already_open"),
        ("open-wave", "campaign", OPERATOR, "unknown_wave"),
    ],
)
def test_an_act_that_is_not_possible_is_refused_with_the_reason(verb: str, scope: str, actor: str, code: str) -> None:
    found = controlled(Story(campaign=the_campaign(waves=WAVES)), verb, scope, actor)

    assert found.record is None
    assert found.refusal is not None
    assert found.refusal.reason_code == code


def test_who_pauses_second_is_told_who_was_first() -> None:
    story = Story()
    controlled(story, "pause")
    found = controlled(story, "pause")

    assert found.refusal is not None
    assert OPERATOR in found.refusal.message


def test_the_same_act_delivered_twice_is_once() -> None:
    story = Story()
    controlled(story, "pause", id="click")
    found = controlled(story, "pause", id="click")

    assert (found.record, found.refusal) == (None, None)


def test_a_wave_waits_for_the_one_before_or_for_a_command() -> None:
    story = Story(campaign=the_campaign(waves=WAVES), resource=1).act("start")
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "wave_not_open"

    controlled(story, "open-wave", "wave:2")
    assert story.act("start").order.skill == "rewrite_dags"


def test_a_wave_opens_when_all_of_the_one_before_are_completed() -> None:
    first = Story(campaign=the_campaign(waves=WAVES))
    while first.view.state.status != "completed":
        first.oblige()
    assert first.view.gate.finished == {1: 1}

    second = Story(campaign=the_campaign(waves=WAVES), resource=1)
    second.view = second.view.__class__(second.view.state, second.view.plan, second.view.campaign, first.view.gate)
    assert second.act("start").order.skill == "rewrite_dags"


@pytest.mark.parametrize("failures", [1, "5%", "100%"])
def test_a_tripped_breaker_stops_new_work_until_the_wave_is_resumed(failures: int | str) -> None:
    story = Story(campaign=the_campaign(breaker={"failures": failures})).until("test", "deploy.run")
    story.report(Failed(category="blocking", reason="no"))
    story.answer("test", "retry")
    assert story.kinds() == ["checkpoint_decided", "step_retried", "step_queued"]

    assert controlled(story, "resume", "wave:1").refusal is None
    assert story.tick().order.key.endswith("deploy.run/2")


def test_a_failure_that_the_clock_retries_does_not_count_for_the_breaker() -> None:
    story = Story(campaign=the_campaign(breaker={"failures": 1})).until("test", "deploy.run")
    story.report(Failed(category="transient", reason="busy", retry_at=story.now + timedelta(seconds=5)))

    assert story.later(minutes=1).tick().order.key.endswith("deploy.run/2")


def test_a_tripped_breaker_refuses_a_start_and_names_who_failed() -> None:
    story = Story(campaign=the_campaign(breaker={"failures": 1}))
    gate = story.view.gate.model_copy(update={"failures": {1: ("billing.reports",)}})
    story.view = story.view.__class__(story.view.state, story.view.plan, story.view.campaign, gate)

    story.act("start")
    assert story.last.refusal is not None
    assert "billing.reports" in story.last.refusal.message
