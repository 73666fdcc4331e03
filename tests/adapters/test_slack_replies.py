"""SlackReplies against the mock Slack over HTTP, and against addresses that are not Slack's."""

import json
import socket

import pytest
from slack_sdk import WebClient
from werkzeug.wrappers import Response

from sandbox.serving import Server
from sandbox.slack.server import MockSlack
from shared.adapters.slack import SlackReplies
from shared.errors import PermanentError, RetryableError
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor

CHANNEL = "C0MIGRATE"


def response_url(slack: MockSlack, door: FakeDoor) -> str:
    slack.commands_url = f"{door.url}/slack/commands"
    slack.command("status", CHANNEL, "U_OPERATOR")
    return door.deliveries[-1].form["response_url"]


def test_a_reply_is_seen_by_the_one_who_acted_only(slack: MockSlack, api: str, door: FakeDoor) -> None:
    SlackReplies(api).reply(response_url(slack, door), "Somebody was faster.")
    (message,) = slack.messages(CHANNEL)
    assert (message.text, message.ephemeral) == ("Somebody was faster.", "U_OPERATOR")


def test_a_reply_to_a_click_leaves_the_card_as_it_is(slack: MockSlack, api: str, door: FakeDoor) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go", "value": "1"}
    card = WebClient("xoxb-1", api).chat_postMessage(
        channel=CHANNEL, text="Card", blocks=[{"type": "actions", "elements": [button]}]
    )
    slack.interactions_url = f"{door.url}/slack/interactions"
    slack.click(CHANNEL, card["ts"], "go", "U_OPERATOR")
    before = slack.messages(CHANNEL)
    SlackReplies(api).reply(json.loads(door.deliveries[-1].form["payload"])["response_url"], "You were second.")
    (*after, reply) = slack.messages(CHANNEL)
    assert (after, reply.text, reply.ephemeral) == (before, "You were second.", "U_OPERATOR")


def test_the_sixth_reply_is_too_many(slack: MockSlack, api: str, door: FakeDoor) -> None:
    url = response_url(slack, door)
    for _ in range(5):
        SlackReplies(api).reply(url, "again")
    with pytest.raises(PermanentError, match="too late") as caught:
        SlackReplies(api).reply(url, "again")
    assert caught.value.code == "reply_too_late"
    assert len(slack.messages(CHANNEL)) == 5


def test_a_reply_after_half_an_hour_is_too_late(slack: MockSlack, api: str, door: FakeDoor, clock: FakeClock) -> None:
    url = response_url(slack, door)
    clock.advance(1800)
    SlackReplies(api).reply(url, "just in time")
    clock.advance(1)
    with pytest.raises(PermanentError) as caught:
        SlackReplies(api).reply(url, "too late")
    assert caught.value.code == "reply_too_late"


def test_an_address_that_slack_did_not_give_out_is_refused_by_slack(slack: MockSlack, api: str, door: FakeDoor) -> None:
    url = response_url(slack, door)
    for wrong in (url[:-1], url.replace("/T1/", "/T2/")):
        with pytest.raises(PermanentError, match="Slack refused the reply: HTTP 404"):
            SlackReplies(api).reply(wrong, "text")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://hooks.slack.com/actions/T1/1/abc",
        "https://hooks.slack.com.evil.example.com/actions/T1/1/abc",
        "https://evil.example.com/hooks.slack.com/",
        "https://hooks.slack.com@evil.example.com/",
        "https://hooks.slack.com:8443/actions/T1/1/abc",
        "https://evil.example.com#hooks.slack.com",
        "file:///etc/passwd",
        "hooks.slack.com/actions/T1/1/abc",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "",
        "\n",
    ],
)
def test_nothing_is_posted_to_an_address_that_is_not_slacks(api: str, url: str) -> None:
    with pytest.raises(PermanentError) as caught:
        SlackReplies(api).reply(url, "text")
    assert caught.value.code == "response_url_refused"


def test_slacks_own_host_is_allowed_and_another_port_of_ours_is_not(api: str, door: FakeDoor) -> None:
    replies = SlackReplies(api)
    replies._check("https://hooks.slack.com/actions/T1/1/abc")
    with pytest.raises(PermanentError):
        replies.reply(f"{door.url}/actions/T1/1/abc", "text")
    assert door.deliveries == []


def test_a_redirect_is_not_followed(door: FakeDoor) -> None:
    elsewhere = FakeDoor()
    with Server(elsewhere) as server:
        for status in (301, 302, 303, 307, 308):
            door.answer = Response(status=status, headers={"Location": f"{server.url}/stolen"})
            with pytest.raises(PermanentError, match=f"HTTP {status}"):
                SlackReplies(f"{door.url}/api/").reply(f"{door.url}/actions/T1/1/abc", "text")
    assert elsewhere.deliveries == []


def test_a_rate_limit_or_trouble_at_slack_is_tried_again(door: FakeDoor) -> None:
    replies, url = SlackReplies(f"{door.url}/api/"), f"{door.url}/actions/T1/1/abc"
    door.answer = Response(status=429, headers={"Retry-After": "7"})
    with pytest.raises(RetryableError) as caught:
        replies.reply(url, "text")
    assert caught.value.delay == 7.0
    door.answer = Response(status=503)
    with pytest.raises(RetryableError, match="HTTP 503"):
        replies.reply(url, "text")


def test_a_slack_that_is_not_there_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(RetryableError, match="could not be reached"):
        SlackReplies(f"{url}/api/").reply(f"{url}/actions/T1/1/abc", "text")
