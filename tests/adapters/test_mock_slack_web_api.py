"""The mock Slack's Web API as the real slack_sdk sees it: what it takes, and every way in which it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack.payloads import BOT, BOT_USER
from sandbox.slack.server import MockSlack
from tests.fakes.clock import FakeClock

CHANNEL = "C0MIGRATE"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}


@pytest.fixture
def client(api: str) -> WebClient:
    return WebClient("xoxb-1", api, retry_handlers=[])


def refusal(method: Callable[..., object], **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        method(**arguments)
    return str(caught.value.response["error"])


def test_a_channel_says_who_we_are(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T1", BOT_USER, BOT)


def test_a_message_is_answered_and_listed_as_slack_shows_it(client: WebClient) -> None:
    posted = client.chat_postMessage(channel=CHANNEL, text="Hello", blocks=[{**SECTION, "block_id": "intro"}])
    message = {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT,
        "app_id": "A0WAYMARK",
        "text": "Hello",
        "ts": "1793610000.000000",
        "team": "T1",
        "blocks": [{**SECTION, "block_id": "intro"}],
    }
    assert posted.data == {"ok": True, "channel": CHANNEL, "ts": "1793610000.000000", "message": message}
    assert client.conversations_history(channel=CHANNEL)["messages"] == [message]


def test_messages_of_one_moment_have_different_times_in_their_order(client: WebClient) -> None:
    posted = [client.chat_postMessage(channel=CHANNEL, text=str(number))["ts"] for number in range(3)]
    assert posted == ["1793610000.000000", "1793610000.000001", "1793610000.000002"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE!", "text": "x"}, "channel_not_found"),
        ({"channel": "#general", "text": "x"}, "channel_not_found"),
        ({"channel": "", "text": "x"}, "channel_not_found"),
        ({"channel": CHANNEL, "text": ""}, "no_text"),
        ({"channel": CHANNEL, "text": "", "blocks": []}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": CHANNEL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": CHANNEL, "text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        (
            {"channel": CHANNEL, "text": "x", "blocks": [{"type": "markdown", "text": "x" * 7000}] * 2},
            "msg_blocks_too_long",
        ),
        ({"channel": CHANNEL, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"channel": CHANNEL, "text": "x", "metadata": [1]}, "invalid_metadata_format"),
        ({"channel": CHANNEL, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {"channel": CHANNEL, "text": "x", "metadata": {"event_type": "", "event_payload": {}}},
            "invalid_metadata_schema",
        ),
        (
            {"channel": CHANNEL, "text": "x", "metadata": {"event_type": "a", "event_payload": "b"}},
            "invalid_metadata_schema",
        ),
    ],
)
def test_a_post_that_slack_refuses_posts_nothing(
    slack: MockSlack, client: WebClient, arguments: dict[str, Any], error: str
) -> None:
    assert refusal(lambda **given: client.api_call("chat.postMessage", json=given), **arguments) == error
    assert slack.messages(CHANNEL) == []


def test_invalid_blocks_come_with_sentences(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=[{"type": "marquee"}])
    assert caught.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["unsupported type: marquee [json-pointer:/blocks/0/type]"],
        "response_metadata": {"messages": ["[ERROR] unsupported type: marquee [json-pointer:/blocks/0/type]"]},
    }


def test_a_form_is_as_good_as_json(slack: MockSlack, api: str) -> None:
    form = {"token": "xoxb-1", "channel": CHANNEL, "text": "Hello", "blocks": json.dumps([SECTION])}
    assert requests.post(f"{api}chat.postMessage", data=form, timeout=5).json()["ok"] is True
    assert len(slack.messages(CHANNEL)[0].blocks) == 1


@pytest.mark.parametrize(
    ("method", "headers", "body", "error"),
    [
        ("chat.postMessage", {}, b"{}", "not_authed"),
        ("chat.postMessage", {"Authorization": "Bearer xoxb-2"}, b"{}", "invalid_auth"),
        ("chat.unknown", {"Authorization": "Bearer xoxb-1"}, b"{}", "unknown_method"),
        ("chat.postMessage", {"Authorization": "Bearer xoxb-1"}, b"{", "invalid_json"),
        ("chat.postMessage", {"Authorization": "Bearer xoxb-1"}, b"[]", "json_not_object"),
        ("chat.postMessage", {"Authorization": "Bearer xoxb-1"}, b'{"text": 5}', "channel_not_found"),
    ],
)
def test_a_raw_call_that_is_wrong_is_answered_with_slacks_word(
    api: str, method: str, headers: dict[str, str], body: bytes, error: str
) -> None:
    given = {"Content-Type": "application/json", **headers}
    response = requests.post(f"{api}{method}", data=body, headers=given, timeout=5)
    assert (response.status_code, response.json()["error"]) == (200, error)


def test_a_closed_channel_answers_why(slack: MockSlack, client: WebClient) -> None:
    slack.close_channel(CHANNEL, "not_in_channel")
    assert refusal(client.chat_postMessage, channel=CHANNEL, text="x") == "not_in_channel"
    slack.close_channel(CHANNEL, None)
    assert client.chat_postMessage(channel=CHANNEL, text="x")["ok"]


def test_an_update_replaces_text_and_blocks_and_keeps_metadata_until_it_is_emptied(
    slack: MockSlack, client: WebClient
) -> None:
    metadata = {"event_type": "card", "event_payload": {"card": "a"}}
    ts = client.chat_postMessage(channel=CHANNEL, text="a", blocks=[SECTION], metadata=metadata)["ts"]
    client.chat_update(channel=CHANNEL, ts=ts, text="b")
    (message,) = slack.messages(CHANNEL)
    assert (message.text, message.blocks, message.metadata) == ("b", (), metadata)
    client.chat_update(channel=CHANNEL, ts=ts, text="c", metadata={})
    assert slack.messages(CHANNEL)[0].metadata is None


def test_an_update_is_refused_where_slack_refuses_it(slack: MockSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=CHANNEL, text="a")["ts"]
    someone = slack.say(CHANNEL, "U_COLLEAGUE", "hi")
    hidden = client.chat_postEphemeral(channel=CHANNEL, user="U_OPERATOR", text="psst")["message_ts"]
    assert someone is not None
    assert [
        refusal(client.chat_update, channel=CHANNEL, ts="1.000000", text="b"),
        refusal(client.chat_update, channel="C0OTHER", ts=ts, text="b"),
        refusal(client.chat_update, channel=CHANNEL, ts=hidden, text="b"),
        refusal(client.chat_update, channel=CHANNEL, ts=someone.ts, text="b"),
        refusal(client.chat_update, channel=CHANNEL, ts=ts, text="x" * 4001),
        refusal(client.api_call, api_method="chat.update", json={"channel": CHANNEL, "ts": ts, "text": ""}),
        refusal(client.chat_update, channel=CHANNEL, ts=ts, text="b", blocks=[{"type": "x"}]),
    ] == [
        "message_not_found",
        "message_not_found",
        "message_not_found",
        "cant_update_message",
        "msg_too_long",
        "no_text",
        "invalid_blocks",
    ]
    assert slack.messages(CHANNEL)[0].text == "a"


def test_an_ephemeral_message_is_seen_by_one_and_not_in_the_history(slack: MockSlack, client: WebClient) -> None:
    client.chat_postEphemeral(channel=CHANNEL, user="U_OPERATOR", text="psst")
    assert [message.ephemeral for message in slack.messages(CHANNEL)] == ["U_OPERATOR"]
    assert client.conversations_history(channel=CHANNEL)["messages"] == []


def test_the_history_is_paged_newest_first_and_shows_metadata_where_asked(client: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"card": "a"}}
    for number in range(5):
        client.chat_postMessage(channel=CHANNEL, text=str(number), metadata=metadata)
    pages, cursor = [], ""
    while True:
        page = client.conversations_history(channel=CHANNEL, limit=2, cursor=cursor)
        pages.append([message["text"] for message in page["messages"]])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    plain = client.conversations_history(channel=CHANNEL)["messages"]
    shown = client.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    assert ({"metadata" in each for each in plain}, [each["metadata"] for each in shown]) == ({False}, [metadata] * 5)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": -1}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"channel": "nowhere"}, "channel_not_found"),
    ],
)
def test_a_history_that_slack_refuses(client: WebClient, arguments: dict[str, Any], error: str) -> None:
    assert refusal(client.conversations_history, **{"channel": CHANNEL, **arguments}) == error


def test_one_message_a_second_and_channel_where_the_limit_is_on(
    slack: MockSlack, client: WebClient, clock: FakeClock
) -> None:
    slack.limit_rate(on=True)
    client.chat_postMessage(channel=CHANNEL, text="1")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=CHANNEL, text="2")
    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
    client.chat_postMessage(channel="C0OTHER", text="elsewhere")
    clock.advance(1)
    client.chat_postMessage(channel=CHANNEL, text="3")
    assert [message.text for message in slack.messages(CHANNEL)] == ["1", "3"]


def test_staged_failures_come_before_or_after_the_act_and_then_end(slack: MockSlack, client: WebClient) -> None:
    slack.fail("chat.postMessage", "internal_error", status=500)
    assert refusal(client.chat_postMessage, channel=CHANNEL, text="before") == "internal_error"
    slack.fail("chat.postMessage", "internal_error", status=500, done=True)
    assert refusal(client.chat_postMessage, channel=CHANNEL, text="after") == "internal_error"
    client.chat_postMessage(channel=CHANNEL, text="fine")
    assert [message.text for message in slack.messages(CHANNEL)] == ["after", "fine"]
