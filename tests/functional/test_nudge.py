"""Reminders and escalation on their way to people: once each, in the card's thread and to the topic, never after the answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import names
from shared.app.park import DeadLetter, Fate, park
from shared.errors import PermanentError, RetryableError
from state_schema.campaign import Campaign
from state_schema.orders import NudgeMessage
from state_schema.signals import Ticked
from tests.fakes.crashes import Crash
from tests.functional.journey import EMAIL, Journey
from tests.stories import the_campaign, the_plan

CARD = f"{EMAIL}#test"
LEAD = "slack:T0ACME/U_LEAD"
RULE: dict[str, Any] = {
    "after": "4h",
    "every": "24h",
    "hours": "Mon-Fri 09:00-17:00",
    "zone": "Europe/Berlin",
    "escalate_after": "48h",
    "escalate_to": [LEAD, "topic"],
}
SUBJECT = "Waymark: nobody answers for email.notifications in test"
PLAN = the_plan(
    environments={"test": {"primary": True}},
    phases=[
        {"name": "infra", "steps": [{"id": "apply", "confirmation": {"ask": "Is it <there>?", "resume": "is-there"}}]}
    ],
)


def a_campaign(owner: str | None = None, **rule: Any) -> Campaign:
    resources = [{"id": "email.notifications", "name": "E-mail and more", "owner": owner}]
    return the_campaign(resources=resources, gates={}, limits={}, windows=[], reminders=RULE | rule)


def asking(campaign: Campaign | None = None) -> Journey:
    """Somebody is asked, and the card is there."""
    journey = Journey(campaign or a_campaign(), PLAN)
    journey.take(journey.act("start"))
    journey.drain()
    return journey


def after(journey: Journey, **span: float) -> Journey:
    """The sweep comes by; what it sends stays in the queues."""
    journey.clock.advance(timedelta(**span).total_seconds())
    journey.sweep()
    journey.drain(names.SIGNALS)
    return journey


def ticked_again(journey: Journey) -> None:
    """A tick that changes nothing sends what must be in flight."""
    journey.take(Ticked(id="again", at=journey.clock(), migration=EMAIL), again=True)


def thread(journey: Journey) -> list[tuple[str, str]]:
    """(key, text) of what is under the card and reminds people."""
    (card,) = [ts for ts, one in journey.slack.messages.items() if one.card == CARD]
    shown = [one for one in journey.slack.messages.values() if "@remind-" in one.card]
    assert all(one.thread == card for one in shown)
    return [(one.card, one.text) for one in shown]


def texts(journey: Journey) -> list[str]:
    return [text for _, text in thread(journey)]


def nudge_of(journey: Journey) -> NudgeMessage:
    (found,) = [message for message in journey.sent(names.CARDS) if message["kind"] == "nudge"]
    return NudgeMessage.model_validate(found)


def test_people_are_reminded_under_the_card() -> None:
    journey = after(asking(), hours=4)
    question = journey.view().state.tracks["test"].steps["infra.apply"].checkpoint
    assert question is not None
    assert journey.sent(names.CARDS)[-1]["kind"] == "nudge"
    journey.drain()

    asked = int(question.opened_at.timestamp())
    since = f"<!date^{asked}^{{date_short_pretty}} {{time}}|2026-03-02 09:00 UTC>"
    said = (
        f"<@U_OPERATOR> E-mail and more · test waits for an answer since {since}: Is it &lt;there&gt;? "
        "The buttons are on the card above."
    )
    key = f"{EMAIL}#test@remind-1-{int(question.opened_at.timestamp() * 1000)}-1"
    assert thread(journey) == [(key, said)]
    assert journey.alerts.told == []


@pytest.mark.parametrize(
    ("owner", "mentioned"),
    [
        ("slack:T0ACME/U_OWNER", "<@U_OWNER> "),
        ("slack-group:T0ACME/S0TEAM", "<!subteam^S0TEAM> "),
        ("team-email", "<@U_OPERATOR> "),
        ("<!channel> everybody", "<@U_OPERATOR> "),
        ("github:7", "<@U_OPERATOR> "),
    ],
)
def test_the_owner_is_mentioned_by_id_and_else_who_may_answer(owner: str, mentioned: str) -> None:
    journey = after(asking(a_campaign(owner)), hours=4)
    journey.drain()

    (text,) = texts(journey)
    assert text.startswith(mentioned)
    assert "<!channel>" not in text


def test_a_tick_that_comes_again_tells_nothing_twice() -> None:
    journey = after(asking(), hours=4)
    journey.drain()
    for _ in range(5):
        after(journey, hours=1)
        journey.drain()

    assert len(texts(journey)) == 1


def test_the_next_reminder_says_which_it_is() -> None:
    journey = after(asking(), hours=4)
    journey.drain()
    after(journey, hours=25)
    journey.drain()

    assert [text.rpartition("above.")[2] for text in texts(journey)] == ["", " Reminder 2."]


def test_what_a_crash_left_unsent_is_sent_as_the_signal_comes_again() -> None:
    journey = after(asking(), hours=4)
    lost = journey.sent(names.CARDS)
    journey.forget()

    ticked_again(journey)
    assert [one for one in journey.sent(names.CARDS) if one["kind"] == "nudge"] == [
        one for one in lost if one["kind"] == "nudge"
    ]


def test_a_question_that_is_answered_meanwhile_is_not_reminded_of() -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)
    journey.take(journey.click("test"))

    assert journey.nudge(message) == "answered"
    assert texts(journey) == []


@pytest.mark.parametrize(
    "other",
    [{"attempt": 2}, {"step": "infra.other"}, {"track": "shared"}, {"asked_at": datetime(2026, 3, 1, tzinfo=UTC)}],
)
def test_a_reminder_of_another_question_than_the_open_one_is_dropped(other: dict[str, Any]) -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)

    assert journey.nudge(message.model_copy(update=other)) == "answered"
    assert journey.nudge(message) == "reminded"


def test_an_older_reminder_is_superseded_by_the_present_one() -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)
    journey.forget()
    after(journey, days=1)

    assert journey.nudge(message) == "superseded"
    assert texts(journey) == []


def test_what_is_late_in_its_queue_waits_until_people_are_at_work() -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)
    journey.forget()
    journey.clock.advance(9 * 3600)

    assert journey.nudge(message) == "nobody_at_work"
    assert texts(journey) == []

    after(journey, hours=11)
    journey.drain()
    assert len(texts(journey)) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_as_it_posts_leaves_one_reminder(moment: Any) -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)
    journey.slack.crash = (moment, "post_in_thread")
    with pytest.raises(Crash):
        journey.nudge(message)

    assert journey.nudge(message) == "reminded"
    assert journey.nudge(message) == "told_before"
    assert len(texts(journey)) == 1


def test_without_a_card_there_is_nothing_to_post_under_and_a_later_tick_does() -> None:
    journey = after(asking(), hours=4)
    message = nudge_of(journey)
    journey.forget()
    shown, cards = dict(journey.slack.messages), dict(journey.posted_cards.cards)
    journey.slack.messages.clear()
    assert journey.nudge(message) == "no_card"
    journey.posted_cards.cards.clear()
    assert journey.nudge(message) == "no_card"

    journey.slack.messages.update(shown)
    journey.posted_cards.cards.update(cards)
    ticked_again(journey)
    journey.drain()
    assert len(texts(journey)) == 1


def escalating(campaign: Campaign | None = None) -> Journey:
    journey = asking(campaign)
    journey.clock.advance(48 * 3600)
    after(journey)
    return journey


def test_it_is_escalated_to_people_and_to_the_topic_once() -> None:
    journey = escalating()
    message = nudge_of(journey)
    journey.drain()

    (text,) = texts(journey)
    assert text.startswith("<@U_LEAD> Nobody has answered for E-mail and more · test since <!date^")
    assert journey.alerts.told == [
        (
            SUBJECT,
            (
                "E-mail and more in test (airflow-3/email.notifications, infra.apply) waits for an answer since "
                "2026-03-02 09:00 UTC.\nWhat is asked: Is it <there>?\n"
                "Nothing goes on there without an answer. The card is in the channel C0MIGRATE."
            ),
        )
    ]
    assert journey.nudge(message) == "told_before"
    assert len(journey.alerts.told) == 1
    assert journey.where() == {"test": "infra.apply awaiting_human"}


def test_people_alone_are_no_alert() -> None:
    journey = escalating(a_campaign(escalate_to=[LEAD, "slack-group:T0ACME/S0LEADS"]))
    journey.drain()

    assert journey.alerts.told == []
    assert texts(journey)[0].startswith("<@U_LEAD> <!subteam^S0LEADS> Nobody")


def test_a_topic_that_fails_keeps_nobody_from_being_told_in_slack() -> None:
    journey = escalating()
    message = nudge_of(journey)
    journey.alerts.refusals["alert"] = PermanentError("There is no such topic.")
    with pytest.raises(PermanentError, match="no such topic"):
        journey.nudge(message)
    assert len(texts(journey)) == 1

    journey.alerts.refusals.clear()
    assert journey.nudge(message) == "told_before"
    assert [subject for subject, _ in journey.alerts.told] == [SUBJECT]


def test_a_slack_that_fails_keeps_the_topic_from_nothing() -> None:
    journey = escalating()
    message = nudge_of(journey)
    journey.slack.refusals["find_in_thread"] = RetryableError("Slack is in trouble.")
    for _ in range(3):
        with pytest.raises(RetryableError):
            journey.nudge(message)
    assert len(journey.alerts.told) == 1

    journey.slack.refusals.clear()
    assert journey.nudge(message) == "escalated"


def test_an_escalation_whose_rule_is_gone_is_dropped() -> None:
    journey = escalating()
    message = nudge_of(journey)
    campaign = journey.campaign.model_copy(update={"reminders": None})
    journey.apply(campaign)

    assert journey.nudge(message) == "superseded"
    assert (texts(journey), journey.alerts.told) == ([], [])


def test_a_changed_rule_is_followed_at_the_next_tick_and_its_reminder_is_sent() -> None:
    journey = asking(a_campaign(after="90h", escalate_after="99h"))
    journey.apply(a_campaign(after="1h"))
    after(journey, hours=6)
    journey.drain()

    assert len(texts(journey)) == 1
    assert "reminders_moved" in journey.kinds()


def test_the_sweep_does_not_look_more_often_because_nobody_is_at_work() -> None:
    journey = after(asking(), hours=10)
    journey.drain()
    ticks = 0
    while journey.clock() < datetime(2026, 3, 3, 7, 50, tzinfo=UTC):
        journey.clock.advance(60)
        ticks += len(journey.sweep())
        journey.drain()

    assert ticks <= 3
    assert texts(journey) == []


def test_a_nudge_that_is_dead_is_dropped_because_a_tick_brings_it_again() -> None:
    journey = after(asking(), hours=4)
    body = nudge_of(journey).model_dump_json()
    letter = DeadLetter(names.dead_letter_queue(names.CARDS), body, journey.clock())

    fate = park(
        letter,
        parking=journey.parked,
        campaigns=journey.engine.campaigns,
        outbox=journey.queues,
        now=journey.clock(),
    )

    assert fate == Fate("dropped", "nudge", CARD)
