"""People in the mock Slack: their clicks and commands as our door gets them, modals, and answers at response addresses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from werkzeug.wrappers import Response

from sandbox.slack.people import DoorResponse, NoSuchButtonError
from sandbox.slack.server import MockSlack
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor

CHANNEL = "C0MIGRATE"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class At(Clock):
    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def button(action_id: str, value: str) -> dict[str, Any]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": action_id.title()},
        "action_id": action_id,
        "value": value,
    }


CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Up?"}, "accessory": button("look", "l1")},
    {"type": "actions", "block_id": "answers", "elements": [button("approve", "a1"), button("reject", "r1")]},
]


@pytest.fixture
def slack(tmp_path: Path, clock: FakeClock, door: FakeDoor) -> Iterator[MockSlack]:
    mock = MockSlack(
        tmp_path / "slack.db",
        team="T1",
        bot_token="xoxb-1",
        signing_secret=SECRET,
        interactions_url=f"{door.url}/slack/interactions",
        commands_url=f"{door.url}/slack/commands",
        clock=clock,
    )
    yield mock
    mock.close()


@pytest.fixture
def client(slack: MockSlack) -> WebClient:
    return WebClient("xoxb-1", slack.serve(), retry_handlers=[])


@pytest.fixture
def card(client: WebClient) -> str:
    return str(client.chat_postMessage(channel=CHANNEL, text="Up?", blocks=CARD)["ts"])


def payload(door: FakeDoor) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(door.deliveries[-1].form["payload"])
    return found


def test_a_click_arrives_as_slack_sends_it(slack: MockSlack, card: str, door: FakeDoor) -> None:
    assert slack.click(CHANNEL, card, "approve", "U_APPROVER") == DoorResponse(200, "")
    assert door.deliveries[-1].path == "/slack/interactions"
    got = payload(door)
    url = got.pop("response_url")
    message = got.pop("message")
    assert url.startswith(slack.messages(CHANNEL) and "http://127.0.0.1:")
    assert (message["ts"], message["blocks"][1]["block_id"]) == (card, "answers")
    assert got == {
        "type": "block_actions",
        "user": {"id": "U_APPROVER", "username": "u_approver", "name": "u_approver", "team_id": "T1"},
        "api_app_id": "A0WAYMARK",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": card, "channel_id": CHANNEL, "is_ephemeral": False},
        "trigger_id": "1",
        "team": {"id": "T1", "domain": "t1"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "c0migrate"},
        "state": {"values": {}},
        "actions": [
            {
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "a1",
                "type": "button",
                "block_id": "answers",
                "action_ts": "1793610000.000000",
            }
        ],
    }


def test_clicks_and_commands_are_signed_for_this_body_and_time(
    slack: MockSlack, card: str, door: FakeDoor, clock: FakeClock
) -> None:
    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    clock.advance(60)
    slack.command("status", CHANNEL, "U_OPERATOR")
    verifier = SignatureVerifier(SECRET, At(clock))
    assert [verifier.is_valid_request(each.body, each.headers) for each in door.deliveries] == [True, True]
    assert not SignatureVerifier("other", At(clock)).is_valid_request(
        door.deliveries[0].body, door.deliveries[0].headers
    )
    clock.advance(400)
    assert not verifier.is_valid_request(door.deliveries[1].body, door.deliveries[1].headers)


def test_a_command_arrives_as_a_form(slack: MockSlack, client: WebClient, door: FakeDoor) -> None:
    slack.command("retry email.notifications & more", CHANNEL, "U_OPERATOR")
    form = door.deliveries[-1].form
    url = form.pop("response_url")
    assert url.startswith(client.base_url.removesuffix("api/") + "actions/T1/1/")
    assert (door.deliveries[-1].path, form) == (
        "/slack/commands",
        {
            "token": "deprecated",
            "team_id": "T1",
            "team_domain": "t1",
            "channel_id": CHANNEL,
            "channel_name": "c0migrate",
            "user_id": "U_OPERATOR",
            "user_name": "u_operator",
            "command": "/migrate",
            "text": "retry email.notifications & more",
            "api_app_id": "A0WAYMARK",
            "is_enterprise_install": "false",
            "trigger_id": "1",
        },
    )


@pytest.mark.parametrize("answer", ["On it.", '{"response_type": "ephemeral", "text": "On it."}'])
def test_what_the_door_answers_to_a_command_is_shown_to_who_typed_it(
    slack: MockSlack, client: WebClient, door: FakeDoor, answer: str
) -> None:
    door.answer = Response(answer)
    assert slack.command("status", CHANNEL, "U_OPERATOR") == DoorResponse(200, answer)
    assert [(each.text, each.ephemeral) for each in slack.messages(CHANNEL)] == [("On it.", "U_OPERATOR")]


def test_a_button_that_is_not_shown_cannot_be_clicked(slack: MockSlack, card: str, door: FakeDoor) -> None:
    for ts, action_id in ((card, "explode"), ("1.000000", "approve")):
        with pytest.raises(NoSuchButtonError):
            slack.click(CHANNEL, ts, action_id, "U_OPERATOR")
    with pytest.raises(NoSuchButtonError):
        slack.click(CHANNEL, card, "approve", "U_OPERATOR", value="other")
    assert door.deliveries == []


def test_a_replaced_button_can_be_clicked_only_by_who_still_sees_it(
    slack: MockSlack, client: WebClient, card: str, door: FakeDoor
) -> None:
    client.chat_update(channel=CHANNEL, ts=card, text="Approved.", blocks=[{"type": "divider"}])
    with pytest.raises(NoSuchButtonError):
        slack.click(CHANNEL, card, "approve", "U_LATE", value="a1")
    slack.click(CHANNEL, card, "approve", "U_LATE", value="a1", stale=True)
    (action,) = payload(door)["actions"]
    assert (action["action_id"], action["value"]) == ("approve", "a1")


def test_a_button_beside_a_text_can_be_clicked(slack: MockSlack, card: str, door: FakeDoor) -> None:
    slack.click(CHANNEL, card, "look", "U_OPERATOR", state={"b": {"a": {"type": "static_select"}}})
    got = payload(door)
    assert (got["actions"][0]["value"], got["state"]) == ("l1", {"values": {"b": {"a": {"type": "static_select"}}}})


def test_a_guest_of_another_team_carries_that_team(slack: MockSlack, card: str, door: FakeDoor) -> None:
    slack.click(CHANNEL, card, "approve", "U_GUEST", team="T2")
    got = payload(door)
    slack.command("status", CHANNEL, "U_GUEST", team="T2")
    assert (got["team"]["id"], got["user"]["team_id"], door.deliveries[-1].form["team_id"]) == ("T2", "T2", "T2")


def test_an_answer_may_replace_or_delete_the_clicked_message(slack: MockSlack, card: str, door: FakeDoor) -> None:
    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    url = payload(door)["response_url"]
    requests.post(url, json={"text": "Done.", "replace_original": True}, timeout=5)
    assert [(each.ts, each.text, each.blocks) for each in slack.messages(CHANNEL)] == [(card, "Done.", ())]
    requests.post(url, json={"delete_original": True}, timeout=5)
    assert slack.messages(CHANNEL) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{}", "no_text"), (b"not json", "invalid_payload"), (b'{"blocks": [{"type": "x"}]}', "invalid_blocks")],
)
def test_an_answer_that_slack_refuses(slack: MockSlack, card: str, door: FakeDoor, body: bytes, error: str) -> None:
    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    response = requests.post(payload(door)["response_url"], data=body, timeout=5)
    assert (response.status_code, response.json()["error"]) == (400, error)


def modal(**fields: object) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": [{"type": "divider"}]} | fields


def test_a_modal_opens_once_within_three_seconds(
    slack: MockSlack, client: WebClient, card: str, door: FakeDoor, clock: FakeClock
) -> None:
    def opened(trigger: str) -> str:
        try:
            return str(client.views_open(trigger_id=trigger, view=modal())["view"]["id"])
        except SlackApiError as exc:
            return str(exc.response["error"])

    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    trigger = payload(door)["trigger_id"]
    assert [opened(trigger), opened(trigger), opened("77"), opened("x")] == [
        "V0000000001", "exchanged_trigger_id", "invalid_trigger_id", "invalid_trigger_id",
    ]  # fmt: skip
    shown = slack.opened_modal(trigger)
    assert shown is not None
    assert shown["title"] == {"type": "plain_text", "text": "Why?"}
    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    clock.advance(3.5)
    assert opened(payload(door)["trigger_id"]) == "expired_trigger_id"


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (modal(title={"type": "plain_text", "text": "x" * 25}), "json-pointer:/view/title"),
        (modal(private_metadata="x" * 3001), "json-pointer:/view/private_metadata"),
        (modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items"),
        (modal(blocks=5), "must be an array"),
        (modal(type="home"), "must be modal"),
        (
            modal(
                blocks=[
                    {
                        "type": "input",
                        "label": {"type": "plain_text", "text": "Why?"},
                        "element": {"type": "plain_text_input", "action_id": "why"},
                    }
                ]
            ),
            "missing required field: submit",
        ),
    ],
)
def test_a_modal_that_slack_refuses(
    slack: MockSlack, client: WebClient, card: str, view: dict[str, Any], sentence: str
) -> None:
    slack.click(CHANNEL, card, "approve", "U_APPROVER")
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id="1", view=view)
    assert caught.value.response["error"] == "invalid_arguments"
    assert sentence in caught.value.response["response_metadata"]["messages"][0]


def test_a_door_without_an_address_is_said_to_be_missing(slack: MockSlack, card: str) -> None:
    slack.interactions_url = ""
    with pytest.raises(ValueError, match="interactions_url"):
        slack.click(CHANNEL, card, "approve", "U_APPROVER")
