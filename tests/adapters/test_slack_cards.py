"""SlackCards, through the real slack_sdk, against the mock Slack over HTTP."""

import socket
from threading import Thread

import pytest

from sandbox.serving import Server
from sandbox.slack.payloads import BOT_USER
from sandbox.slack.server import MockSlack
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack import SlackCards
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.names import SLACK_BOT_TOKEN
from shared.ports.slack import CardChannel, SlackDownError, SlackRefusesError
from tests.fakes.door import FakeDoor

CHANNEL = "C0MIGRATE"
CARD = "airflow-3/email.notifications#prod-us"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Is it *up*?"}}
METADATA = {"event_type": "waymark_card", "event_payload": {"card": CARD}}


def cards_at(api: str, token: str = "xoxb-1") -> CardChannel:
    return SlackCards(FixedSecrets({SLACK_BOT_TOKEN: token}), api)


@pytest.fixture
def cards(api: str) -> CardChannel:
    return cards_at(api)


def test_a_posted_card_holds_what_was_given_and_its_key(slack: MockSlack, cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    (message,) = slack.messages(CHANNEL)
    assert (message.ts, message.author, message.text, message.metadata) == (ts, BOT_USER, "Up?", METADATA)
    assert [{**block, "block_id": ""} for block in message.blocks] == [{**SECTION, "block_id": ""}]


def test_an_updated_card_stays_the_same_message_and_keeps_its_key(slack: MockSlack, cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    cards.update(CHANNEL, ts, "It is up.", [{"type": "divider"}])
    (message,) = slack.messages(CHANNEL)
    assert (message.ts, message.text, message.blocks[0]["type"], message.metadata) == (
        ts, "It is up.", "divider", METADATA,
    )  # fmt: skip
    assert cards.find(CHANNEL, CARD) == ts


def test_a_posted_card_is_found_and_another_is_not(cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    cards.post(CHANNEL, CARD + "2", "Up?", [SECTION])
    assert (cards.find(CHANNEL, CARD), cards.find(CHANNEL, CARD[:-1])) == (ts, None)


def test_nothing_is_found_in_an_empty_channel(cards: CardChannel) -> None:
    assert cards.find(CHANNEL, CARD) is None


def test_a_card_is_found_behind_several_pages_of_talk(slack: MockSlack, cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    for number in range(450):
        slack.say(CHANNEL, "U_COLLEAGUE", f"message {number}")
    assert cards.find(CHANNEL, CARD) == ts


def test_the_search_ends_after_a_thousand_messages(slack: MockSlack, cards: CardChannel) -> None:
    cards.post(CHANNEL, CARD, "Up?", [SECTION])
    for number in range(1000):
        slack.say(CHANNEL, "U_COLLEAGUE", f"message {number}")
    assert cards.find(CHANNEL, CARD) is None


def test_a_message_of_another_app_with_our_key_is_not_ours(slack: MockSlack, cards: CardChannel) -> None:
    slack.say(CHANNEL, "U_OTHERAPP", "I am the card", metadata=METADATA)
    assert cards.find(CHANNEL, CARD) is None


def test_a_card_whose_posting_answered_with_an_error_is_found_afterwards(slack: MockSlack, cards: CardChannel) -> None:
    slack.fail("chat.postMessage", "internal_error", status=503, done=True)
    with pytest.raises(RetryableError):
        cards.post(CHANNEL, CARD, "Up?", [SECTION])
    (message,) = slack.messages(CHANNEL)
    assert cards.find(CHANNEL, CARD) == message.ts


def test_updating_a_card_that_somebody_deleted_says_so(slack: MockSlack, cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    slack.delete(CHANNEL, ts)
    with pytest.raises(NotFoundError, match="somebody deleted it"):
        cards.update(CHANNEL, ts, "It is up.", [SECTION])


def test_the_rate_limit_says_when_to_come_back_and_nothing_sleeps(slack: MockSlack, cards: CardChannel) -> None:
    slack.limit_rate(on=True)
    cards.post(CHANNEL, CARD, "first", [])
    with pytest.raises(RetryableError) as caught:
        cards.post(CHANNEL, CARD, "second", [])
    assert caught.value.delay == 1.0
    assert [message.text for message in slack.messages(CHANNEL)] == ["first"]


def test_a_long_retry_after_is_obeyed(slack: MockSlack, cards: CardChannel) -> None:
    slack.fail("chat.update", "ratelimited", status=429, retry_after=30)
    with pytest.raises(RetryableError) as caught:
        cards.update(CHANNEL, "1.000000", "text", [])
    assert caught.value.delay == 30.0


@pytest.mark.parametrize(
    ("error", "status"), [("internal_error", 500), ("fatal_error", 200), ("service_unavailable", 503), ("", 502)]
)
def test_slacks_own_trouble_is_tried_again(slack: MockSlack, cards: CardChannel, error: str, status: int) -> None:
    slack.fail("chat.postMessage", error, status=status)
    with pytest.raises(RetryableError, match="Slack is in trouble"):
        cards.post(CHANNEL, CARD, "Up?", [SECTION])


@pytest.mark.parametrize(
    ("error", "mending"),
    [
        ("channel_not_found", "Correct `channel` in the campaign file"),
        ("not_in_channel", "Invite the app to the channel"),
        ("is_archived", "Unarchive the channel"),
        ("token_revoked", "Store the bot token"),
        ("missing_scope", "Grant the app the scopes"),
        ("something_new", "Slack's reference of the Web API"),
    ],
)
def test_a_refusal_names_slacks_word_the_channel_and_how_to_mend_it(
    slack: MockSlack, cards: CardChannel, error: str, mending: str
) -> None:
    slack.fail("chat.postMessage", error)
    with pytest.raises(PermanentError, match=mending) as caught:
        cards.post(CHANNEL, CARD, "Up?", [SECTION])
    assert caught.value.code == error
    assert caught.value.reason.startswith(f"Slack refused the call for {CHANNEL}: {error}. ")


def test_invalid_blocks_are_refused_with_slacks_sentences(cards: CardChannel) -> None:
    with pytest.raises(PermanentError) as caught:
        cards.post(CHANNEL, CARD, "Up?", [{"type": "divider"}] * 51)
    assert caught.value.code == "invalid_blocks"
    assert "no more than 50 items allowed [json-pointer:/blocks]" in caught.value.reason


def test_an_update_with_too_long_a_text_is_refused(cards: CardChannel) -> None:
    ts = cards.post(CHANNEL, CARD, "Up?", [SECTION])
    with pytest.raises(PermanentError) as caught:
        cards.update(CHANNEL, ts, "x" * 4001, [SECTION])
    assert caught.value.code == "msg_too_long"


def test_a_wrong_token_is_refused_and_not_repeated_in_the_message(api: str) -> None:
    with pytest.raises(PermanentError, match="slack-bot-token") as caught:
        cards_at(api, "xoxb-wrong").post(CHANNEL, CARD, "Up?", [SECTION])
    assert caught.value.code == "invalid_auth"
    assert "xoxb" not in caught.value.reason


def test_an_absent_token_is_a_permanent_error(api: str) -> None:
    with pytest.raises(PermanentError):
        cards_at(api, "").post(CHANNEL, CARD, "Up?", [SECTION])


def test_a_slack_that_is_not_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(RetryableError, match="could not be reached"):
        cards_at(f"http://127.0.0.1:{port}/api/").post(CHANNEL, CARD, "Up?", [SECTION])


def test_a_post_whose_connection_breaks_is_not_sent_a_second_time_here() -> None:
    sent: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def break_off() -> None:
            while not sent or sent[-1]:
                with listening.accept()[0] as connection:
                    sent.append(connection.recv(65536))

        thread = Thread(target=break_off)
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(RetryableError, match="could not be reached"):
            cards_at(f"http://127.0.0.1:{port}/api/").post(CHANNEL, CARD, "Up?", [SECTION])
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()
    assert [request.split()[1] for request in sent if request] == [b"/api/chat.postMessage"]


def test_an_answer_that_is_not_slacks_is_tried_again() -> None:
    door = FakeDoor()
    door.answer.set_data("<html>Please log in</html>")
    with Server(door) as server, pytest.raises(RetryableError):
        cards_at(f"{server.url}/api/").post(CHANNEL, CARD, "Up?", [SECTION])


def test_a_proxy_in_the_environment_does_not_come_between_us_and_an_excepted_host(
    monkeypatch: pytest.MonkeyPatch, cards: CardChannel
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert cards.post(CHANNEL, CARD, "Up?", [SECTION])


def test_a_permalink_leads_to_the_message_in_our_workspace(cards: CardChannel) -> None:
    assert isinstance(cards, SlackCards)
    assert cards.permalink(CHANNEL, "1700000000.000100") == f"https://t1.slack.com/archives/{CHANNEL}/p1700000000000100"


def test_what_slack_refuses_and_what_is_wrong_with_slack_can_be_told_apart(
    slack: MockSlack, cards: CardChannel
) -> None:
    slack.fail("chat.postMessage", "is_archived")
    with pytest.raises(SlackRefusesError):
        cards.post(CHANNEL, CARD, "Up?", [SECTION])
    slack.fail("chat.postMessage", "", status=503)
    with pytest.raises(SlackDownError):
        cards.post(CHANNEL, CARD, "Up?", [SECTION])
    with pytest.raises(SlackDownError):
        cards_at("http://127.0.0.1:9/api/").post(CHANNEL, CARD, "Up?", [SECTION])
