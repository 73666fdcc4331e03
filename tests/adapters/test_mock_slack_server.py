"""The mock Slack as a server: its control routes, how messages read, and what outlives it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from sandbox.serving import Server
from sandbox.slack.reading import plain, read
from sandbox.slack.server import MockSlack
from sandbox.slack.workspace import Message
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor

CHANNEL = "C0MIGRATE"


def a_slack(path: Path) -> MockSlack:
    return MockSlack(path, team="T1", bot_token="xoxb-1", signing_secret="s", clock=FakeClock())


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[MockSlack]:
    mock = a_slack(tmp_path / "slack.db")
    yield mock
    mock.close()


def button(action_id: str, **more: object) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": action_id.title()}, "action_id": action_id, **more}


CARD: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "email.notifications"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "Is *prod-us* healthy, <@U_OPERATOR>? 2*3*4 &lt; 5"},
        "fields": [{"type": "mrkdwn", "text": "*Run*\n<https://example.com/1|run 1>"}],
        "accessory": button("look"),
    },
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!channel> in <#C1|general>"}]},
    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a graph"},
    {"type": "actions", "elements": [button("approve"), button("reject", style="danger")]},
]


def test_a_card_reads_as_a_person_reads_it() -> None:
    assert read(Message(CHANNEL, "1.0", "U1", "fallback", tuple(CARD))).splitlines() == [
        "email.notifications",
        "Is prod-us healthy, @U_OPERATOR? 2*3*4 < 5",
        "Run",
        "run 1 (https://example.com/1)",
        "[Look]",
        "-" * 40,
        "@channel in #general",
        "(image: a graph)",
        "[Approve]  [Reject]",
    ]


def test_a_message_without_blocks_reads_as_its_text() -> None:
    assert read(Message(CHANNEL, "1.0", "U1", "*Done* &amp; dusted: <https://example.com>")) == (
        "Done & dusted: https://example.com"
    )


def test_escaped_markup_reads_as_it_was_written() -> None:
    assert plain("&lt;!channel&gt; &amp;lt; *a* _b_ `c*d*`") == "<!channel> &lt; a _b_ `c*d*`"


def test_the_front_page_lists_the_routes(api: str) -> None:
    for url in (api, api.removesuffix("api/")):
        assert "POST /_sandbox/click" in requests.get(url, timeout=5).text


def test_the_routes_click_type_and_read(slack: MockSlack, api: str) -> None:
    door = FakeDoor()
    ts = WebClient("xoxb-1", api).chat_postMessage(channel=CHANNEL, text="Up?", blocks=CARD)["ts"]
    with Server(door) as server:
        slack.interactions_url = slack.commands_url = f"{server.url}/slack"
        click = {"channel": CHANNEL, "ts": ts, "action_id": "approve", "user": "U_APPROVER"}
        clicked = requests.post(f"{api}_sandbox/click", json=click, timeout=5)
        typed = requests.post(
            f"{api}../_sandbox/command", json={"text": "status", "channel": CHANNEL, "user": "U1"}, timeout=5
        )
    answer = {"result": {"status": 200, "body": ""}}
    assert (clicked.json(), typed.json(), len(door.deliveries)) == (answer, answer, 2)
    (message,) = requests.get(f"{api}_sandbox/messages", {"channel": CHANNEL}, timeout=5).json()["messages"]
    assert (message["ts"], message["ephemeral"], message["reading"].splitlines()[-1]) == (
        ts, None, "[Approve]  [Reject]",
    )  # fmt: skip


def test_the_routes_stage_what_goes_wrong(slack: MockSlack, api: str) -> None:
    def act(name: str, **given: object) -> int:
        return requests.post(f"{api}_sandbox/{name}", json=given, timeout=5).status_code

    ts = WebClient("xoxb-1", api).chat_postMessage(channel=CHANNEL, text="Up?")["ts"]
    assert [
        act("delete", channel=CHANNEL, ts=ts),
        act("rate_limit", on=True),
        act("channel", channel="C0GONE", error="is_archived"),
        act("fail", method="auth.test", error="fatal_error", times=2),
    ] == [200] * 4
    assert slack.messages(CHANNEL) == []
    errors = [
        requests.post(f"{api}{method}", data=form | {"token": "xoxb-1"}, timeout=5).json().get("error")
        for method, form in (
            ("chat.postMessage", {"channel": "C0GONE", "text": "x"}),
            ("auth.test", {}),
            ("auth.test", {}),
            ("auth.test", {}),
            ("chat.postMessage", {"channel": CHANNEL, "text": "x"}),
            ("chat.postMessage", {"channel": CHANNEL, "text": "x"}),
        )
    ]
    assert errors == ["is_archived", "fatal_error", "fatal_error", None, None, "ratelimited"]


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("click", b'{"channel": "C1", "ts": "1", "action_id": "a", "user": "U1"}', 409),
        ("click", b'{"channel": "C1"}', 400),
        ("click", b"{", 400),
        ("click", b"[]", 400),
        ("command", b'{"text": "status", "channel": "C1", "user": "U1"}', 400),
        ("explode", b"{}", 404),
    ],
)
def test_an_act_that_cannot_be_done_says_so(api: str, act: str, body: bytes, status: int) -> None:
    response = requests.post(f"{api}_sandbox/{act}", data=body, timeout=5)
    assert response.status_code == status


def test_a_door_that_does_not_answer_is_a_bad_gateway(slack: MockSlack, api: str) -> None:
    with Server(FakeDoor()) as server:
        slack.commands_url = server.url
    body = {"text": "status", "channel": CHANNEL, "user": "U1"}
    assert requests.post(f"{api}_sandbox/command", json=body, timeout=5).status_code == 502


def test_what_was_said_outlives_the_server(tmp_path: Path) -> None:
    first = a_slack(tmp_path / "slack.db")
    WebClient("xoxb-1", first.serve()).chat_postMessage(channel=CHANNEL, text="Up?", blocks=CARD)
    before = first.messages(CHANNEL)
    first.close()
    second = a_slack(tmp_path / "slack.db")
    assert second.messages(CHANNEL) == before
    second.close()


def test_many_posts_at_once_are_all_kept_each_at_its_own_time(slack: MockSlack, api: str) -> None:
    def post(number: int) -> None:
        WebClient("xoxb-1", api).chat_postMessage(channel=CHANNEL, text=str(number))

    threads = [Thread(target=post, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = slack.messages(CHANNEL)
    assert ({message.text for message in messages}, len({message.ts for message in messages})) == (
        {str(number) for number in range(16)}, 16,
    )  # fmt: skip


def test_a_taken_port_is_an_error_and_a_closed_one_is_free_again() -> None:
    server = Server(FakeDoor())
    with pytest.raises(OSError, match="in use"):
        Server(FakeDoor(), server.port)
    server.close()
    server.close()
    Server(FakeDoor(), server.port).close()


def test_the_channel_is_a_page_that_loads_nothing(slack: MockSlack, api: str) -> None:
    client = WebClient("xoxb-1", base_url=api)
    ts = client.chat_postMessage(channel=CHANNEL, blocks=CARD, text="card")["ts"]
    client.chat_postMessage(channel=CHANNEL, thread_ts=ts, text="told below")

    shown = requests.get(api.removesuffix("/api/") + "/_sandbox/channel.html", timeout=5)

    assert shown.headers["Content-Type"].startswith("text/html")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert "<h2>email.notifications</h2>" in shown.text
    assert "<summary>1 reply</summary>" in shown.text
    assert requests.get(f"{api}_sandbox/channel.html?channel=C0EMPTY", timeout=5).status_code == 200
