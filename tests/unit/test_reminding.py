"""The campaign's reminders: in working hours, escalated once, following a rule that changes, and never an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.domain.campaign_rules import campaign_problems
from shared.domain.orders import orders_for
from shared.domain.reminding import may_be_sent, nudges
from shared.domain.timing import next_check
from shared.messages.cards import card
from state_schema.campaign import Campaign
from state_schema.events import CheckpointEscalated, CheckpointReminded, RemindersMoved
from state_schema.migration import Checkpoint
from state_schema.orders import NudgeMessage
from state_schema.plan import Plan
from state_schema.signals import Failed
from tests.stories import Story, document, the_campaign, the_plan

LEAD = "slack:T0ACME/U_LEAD"
RULE: dict[str, Any] = {
    "after": "4h",
    "every": "24h",
    "hours": "Mon-Fri 09:00-17:00",
    "zone": "Europe/Berlin",
    "escalate_after": "48h",
    "escalate_to": [LEAD, "topic"],
}
AT: dict[str, Any] = {"track": "test", "step": "infra.apply", "attempt": 1}
HEARD = {"checkpoint_reminded", "checkpoint_escalated", "reminders_moved", "checkpoint_overdue"}


def reminding(**changes: Any) -> Campaign:
    return the_campaign(reminders=RULE | changes)


def a_story(campaign: Campaign | None = None, plan: Plan | None = None, path: str = "infra.apply") -> Story:
    return Story(plan=plan, campaign=campaign or reminding()).until("test", path)


def with_remind(path: str, remind: str) -> Plan:
    plan = document("airflow-3.plan.yaml")
    steps = {f"{phase['name']}.{step['id']}": step for phase in plan["phases"] for step in phase["steps"]}
    steps[path]["remind"] = remind
    return Plan.model_validate(plan)


def asked(story: Story) -> Checkpoint:
    question = story.step("test").checkpoint
    assert question is not None
    return question


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2026; the 2nd is a Monday, and Berlin is an hour ahead."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def ticked_at(story: Story, at: datetime) -> list[Any]:
    story.now = at
    return list(story.tick().last.events)


def test_people_are_reminded_after_a_while_then_again_and_then_it_is_escalated_once() -> None:
    story = a_story()
    opened = asked(story).opened_at
    assert (asked(story).remind_at, asked(story).escalate_at) == (
        opened + timedelta(hours=4),
        opened + timedelta(days=2),
    )

    first = opened + timedelta(hours=4)
    assert ticked_at(story, first - timedelta(seconds=1)) == []
    assert ticked_at(story, first) == [CheckpointReminded(**AT, remind_at=first + timedelta(days=1))]
    assert ticked_at(story, first) == []
    assert ticked_at(story, first + timedelta(days=1)) == [
        CheckpointReminded(**AT, remind_at=first + timedelta(days=2))
    ]
    late = opened + timedelta(days=2)
    assert ticked_at(story, late) == [CheckpointEscalated(**AT, to=(LEAD, "topic"), remind_at=late + timedelta(days=1))]
    assert asked(story).escalate_at is None
    assert ticked_at(story, late + timedelta(days=1)) == [CheckpointReminded(**AT, remind_at=late + timedelta(days=2))]
    assert f"Reminded 3 times, escalated <!date^{int(late.timestamp())}^" in str(card(story.view, "test").blocks)


def test_what_would_be_due_when_nobody_is_at_work_is_due_as_work_begins() -> None:
    story = Story(campaign=reminding())
    story.now = utc(6, 12)
    story.until("test", "infra.apply")

    assert asked(story).remind_at == utc(9, 8)
    assert asked(story).escalate_at == utc(9, 8)
    assert next_check(story.view.state, utc(8, 22)) == utc(9, 4)
    assert next_check(story.view.state, utc(9, 4)) == utc(9, 8)
    assert [event.kind for event in ticked_at(story, utc(9, 8))] == ["checkpoint_escalated"]


def test_the_sweep_looks_when_it_is_to_be_escalated() -> None:
    story = a_story(reminding(after="5h", escalate_after="3h"))

    assert next_check(story.view.state, story.now) == asked(story).opened_at + timedelta(hours=3)


def test_a_sweep_that_was_away_until_the_evening_reminds_in_the_morning_and_does_not_look_all_night() -> None:
    story = a_story()

    assert ticked_at(story, utc(2, 20)) == [
        RemindersMoved(**AT, remind_at=utc(3, 8), escalate_at=asked(story).escalate_at)
    ]
    assert ticked_at(story, utc(2, 21)) == []
    assert next_check(story.view.state, utc(2, 21)) == utc(3, 3)
    assert [event.kind for event in ticked_at(story, utc(3, 8))] == ["checkpoint_reminded"]


def test_an_answer_in_the_evening_is_taken_and_reminds_nobody() -> None:
    story = a_story()
    story.now = utc(2, 20)
    story.answer("test", "infra-applied")

    assert not HEARD & {event.kind for event in story.last.events}
    assert story.view.state.tracks["test"].steps["infra.apply"].status == "completed"
    assert list(nudges(story.view)) == []


def test_the_plans_own_word_wins_for_its_step_and_keeps_to_the_working_hours() -> None:
    story = a_story(plan=with_remind("infra.apply", "1h"))
    opened = asked(story).opened_at

    assert asked(story).remind_at == opened + timedelta(hours=1)
    assert ticked_at(story, utc(2, 15, 30))[0].remind_at == utc(3, 8)


def test_without_a_rule_only_the_plan_reminds_whatever_the_hour() -> None:
    story = a_story(the_campaign(), with_remind("infra.apply", "11h"))
    opened = asked(story).opened_at

    assert ticked_at(story, opened + timedelta(hours=11))[0].remind_at == opened + timedelta(hours=22)
    assert asked(a_story(the_campaign())).remind_at is None


def test_a_failure_is_reminded_of_by_the_same_rule() -> None:
    story = a_story(path="deploy.run").report(Failed(category="blocking", reason="no"))

    assert asked(story).kind == "intervention"
    assert asked(story).remind_at == asked(story).opened_at + timedelta(hours=4)


@pytest.mark.parametrize(
    ("rule", "remind_at", "escalate_at"),
    [
        pytest.param(None, None, None, id="no rule any more"),
        pytest.param({**RULE, "after": "6h"}, timedelta(hours=6), timedelta(days=2), id="later"),
        pytest.param({**RULE, "escalate_after": None, "escalate_to": []}, timedelta(hours=4), None, id="no escalation"),
    ],
)
def test_an_open_question_follows_a_rule_that_changed_at_the_next_tick(
    rule: dict[str, Any] | None, remind_at: timedelta | None, escalate_at: timedelta | None
) -> None:
    story = a_story()
    opened = asked(story).opened_at
    story.view = replace(story.view, campaign=the_campaign(reminders=rule))

    moved = RemindersMoved(
        **AT,
        remind_at=None if remind_at is None else opened + remind_at,
        escalate_at=None if escalate_at is None else opened + escalate_at,
    )
    assert ticked_at(story, opened + timedelta(hours=1)) == [moved]
    assert (asked(story).remind_at, asked(story).escalate_at) == (moved.remind_at, moved.escalate_at)
    assert ticked_at(story, opened + timedelta(hours=2)) == []


def test_a_question_that_was_open_before_there_was_a_rule_is_reminded_of_once_there_is_one() -> None:
    story = a_story(the_campaign())
    story.view = replace(story.view, campaign=reminding())

    assert [event.kind for event in ticked_at(story, utc(3, 10))] == ["checkpoint_reminded", "reminders_moved"]


def test_what_people_must_have_heard_is_the_last_reminder_or_the_escalation() -> None:
    story = a_story()
    opened = asked(story).opened_at
    told = NudgeMessage(migration=story.view.state.id, **AT, asked_at=opened, number=1)
    assert list(nudges(story.view)) == []

    ticked_at(story, opened + timedelta(hours=4))
    assert list(nudges(story.view)) == [told]
    ticked_at(story, opened + timedelta(days=1, hours=4))
    assert list(nudges(story.view)) == [told.model_copy(update={"number": 2})]
    ticked_at(story, opened + timedelta(days=2))
    escalated = told.model_copy(update={"escalated": True})
    assert list(nudges(story.view)) == [escalated]
    ticked_at(story, opened + timedelta(days=3))
    assert list(nudges(story.view)) == [escalated, told.model_copy(update={"number": 3})]


def test_of_an_aborted_migration_nobody_hears_anything() -> None:
    story = a_story()
    ticked_at(story, utc(2, 15))
    assert len(list(nudges(story.view))) == 1

    story.act("abort", note="No longer wanted")
    assert list(nudges(story.view)) == []
    assert ticked_at(story, utc(20, 10)) == []


@settings(deadline=None, max_examples=40)
@given(
    steps=some.lists(some.timedeltas(timedelta(), timedelta(days=4)), min_size=1, max_size=40),
    rule=some.sampled_from([RULE, RULE | {"every": "15m"}, RULE | {"hours": "Sun 02:15-02:45"}, None]),
    own=some.sampled_from([None, "15m", "30h"]),
)
def test_whatever_the_clock_does_it_answers_nothing_and_reminds_in_working_hours_only(
    steps: list[timedelta], rule: dict[str, Any] | None, own: str | None
) -> None:
    campaign = the_campaign(reminders=rule)
    story = a_story(campaign, with_remind("infra.apply", own) if own else None)
    where = story.where()
    escalations = 0
    for step in steps:
        events = ticked_at(story, story.now + step)
        assert {event.kind for event in events} <= HEARD
        heard = [event for event in events if event.kind in {"checkpoint_reminded", "checkpoint_escalated"}]
        assert len(heard) <= 1
        assert not heard or may_be_sent(campaign.reminders, story.now)
        escalations += sum(event.kind == "checkpoint_escalated" for event in heard)
        assert story.where() == where
        assert orders_for(story.view) == []
        due = next_check(story.view.state, story.now)
        assert due is not None
        assert due > story.now
    assert escalations <= 1


@pytest.mark.parametrize(
    ("rule", "place", "sentence"),
    [
        ({"zone": "Europe/Berlim"}, ("reminders",), "'Europe/Berlim' is no time zone"),
        ({"hours": "Mon-Fri 17:00-09:00"}, ("reminders",), "ends before it begins"),
        ({"hours": "Mon-Fri 09:00-27:00"}, ("reminders",), "'27:00' is no time of day"),
        ({"every": "5m"}, ("reminders", "every"), "a reminder every 5m is noise; the shortest is 15m"),
        ({"escalate_to": []}, ("reminders", "escalate_to"), "nobody is named whom it is escalated to"),
        ({"escalate_after": None}, ("reminders", "escalate_after"), "it is not said when it is escalated"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_with_its_place(
    rule: dict[str, Any], place: tuple[str, ...], sentence: str
) -> None:
    ((found, text),) = campaign_problems(reminding(**rule), the_plan())

    assert found == place
    assert sentence in text


@pytest.mark.parametrize(
    "rule",
    [
        {"escalate_to": ["U_LEAD"]},
        {"escalate_to": ["github:7"]},
        {"hours": "Monday 9-17"},
        {"hours": "Mon-Fri 09:00-17:00\n"},
        {"after": "4"},
        {"after": 4},
        {"evry": "1h"},
    ],
)
def test_what_is_no_rule_at_all_does_not_come_in(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="reminders"):
        reminding(**rule)


def test_a_good_rule_has_no_problems() -> None:
    assert campaign_problems(reminding(), the_plan()) == []
