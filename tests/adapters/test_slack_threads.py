"""Messages under a card, through the real slack_sdk, against the mock Slack over HTTP."""

import pytest

from sandbox.slack.server import MockSlack
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack import SlackCards
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.names import SLACK_BOT_TOKEN
from shared.ports.slack import CardChannel

CHANNEL = "C0MIGRATE"
CARD = "airflow-3/email.notifications#prod-us"
KEY = f"{CARD}@remind-1-1"


@pytest.fixture
def cards(slack: MockSlack) -> CardChannel:
    return SlackCards(FixedSecrets({SLACK_BOT_TOKEN: "xoxb-1"}), slack.serve())


def test_a_message_under_a_card_is_found_there_and_not_in_the_channel(slack: MockSlack, cards: CardChannel) -> None:
    card = cards.post(CHANNEL, CARD, "Up?", [])
    told = cards.post_in_thread(CHANNEL, card, KEY, "<@U_OPERATOR> still open")

    assert cards.find_in_thread(CHANNEL, card, KEY) == told
    assert cards.find(CHANNEL, KEY) is None
    assert cards.find(CHANNEL, CARD) == card
    _, message = slack.messages(CHANNEL)
    assert (message.ts, message.thread, message.text) == (told, card, "<@U_OPERATOR> still open")


def test_another_key_another_thread_and_somebody_elses_message_are_not_found(
    slack: MockSlack, cards: CardChannel
) -> None:
    card = cards.post(CHANNEL, CARD, "Up?", [])
    other = cards.post(CHANNEL, f"{CARD}2", "Up?", [])
    cards.post_in_thread(CHANNEL, other, KEY, "elsewhere")
    assert slack.say(CHANNEL, "U_COLLEAGUE", "x", {"event_type": "waymark_card", "event_payload": {"card": KEY}})

    assert cards.find_in_thread(CHANNEL, card, KEY) is None
    assert cards.find_in_thread(CHANNEL, other, KEY[:-1]) is None


def test_under_a_card_that_somebody_deleted_nothing_is_looked_for_or_posted(
    slack: MockSlack, cards: CardChannel
) -> None:
    card = cards.post(CHANNEL, CARD, "Up?", [])
    slack.delete(CHANNEL, card)

    with pytest.raises(NotFoundError, match="somebody deleted it"):
        cards.find_in_thread(CHANNEL, card, KEY)
    with pytest.raises(NotFoundError, match="somebody deleted it"):
        cards.post_in_thread(CHANNEL, card, KEY, "still open")


def test_a_thread_that_slack_limits_or_closes_says_so(slack: MockSlack, cards: CardChannel) -> None:
    card = cards.post(CHANNEL, CARD, "Up?", [])
    slack.fail("conversations.replies", "ratelimited", status=429, retry_after=7)
    with pytest.raises(RetryableError) as limited:
        cards.find_in_thread(CHANNEL, card, KEY)
    assert limited.value.delay == 7

    slack.close_channel(CHANNEL, "is_archived")
    with pytest.raises(PermanentError, match="Unarchive the channel"):
        cards.post_in_thread(CHANNEL, card, KEY, "still open")
