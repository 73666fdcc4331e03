"""SlackModals against the mock Slack over HTTP: what it opens and changes, and how each refusal and each silence is told."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from werkzeug.wrappers import Response

from sandbox.slack.server import MockSlack
from shared import names
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack_modals import SlackModals
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.messages.loading import loading
from shared.ports.modals import OpenModal
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor

CHANNEL = "C0MIGRATE"
VIEW = loading("open:skip", "{}", "skip x test <reason>")


@pytest.fixture
def slack(tmp_path: Path, clock: FakeClock, door: FakeDoor) -> Iterator[MockSlack]:
    mock = MockSlack(tmp_path / "slack.db", team="T1", bot_token="xoxb-1", signing_secret="s", clock=clock)
    mock.interactions_url = f"{door.url}/slack/interactions"
    yield mock
    mock.close()


@pytest.fixture
def modals(api: str) -> SlackModals:
    return modals_at(api)


@pytest.fixture
def trigger(slack: MockSlack, api: str, door: FakeDoor) -> str:
    """Of a fresh click."""
    button = {"type": "button", "text": {"type": "plain_text", "text": "Skip"}, "action_id": "open:skip", "value": "1"}
    card = WebClient("xoxb-1", api).chat_postMessage(
        channel=CHANNEL, text="Card", blocks=[{"type": "actions", "elements": [button]}]
    )
    slack.click(CHANNEL, card["ts"], "open:skip", "U_OPERATOR")
    return str(json.loads(door.deliveries[-1].form["payload"])["trigger_id"])


def modals_at(api: str, timeout: float = 5, token: str = "xoxb-1") -> SlackModals:
    return SlackModals(FixedSecrets({names.SLACK_BOT_TOKEN: token}), api, timeout)


def filled(reason: str = "Why?") -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "given"}
    label = {"type": "plain_text", "text": reason}
    asked = {"type": "input", "block_id": "reason", "label": label, "element": element}
    return {**VIEW, "submit": {"type": "plain_text", "text": "Skip"}, "blocks": [*VIEW["blocks"], asked]}


def test_a_modal_is_opened_for_who_clicked(modals: SlackModals, slack: MockSlack, trigger: str) -> None:
    opened = modals.open(trigger, VIEW)
    (shown,) = slack.modals("U_OPERATOR")
    assert (opened.view_id, opened.hash) == (shown["id"], shown["hash"])
    assert (shown["title"], shown["callback_id"]) == (VIEW["title"], "open:skip")


def test_a_modal_is_changed_in_place_once(modals: SlackModals, slack: MockSlack, trigger: str) -> None:
    opened = modals.open(trigger, VIEW)
    modals.update(opened, filled())
    (shown,) = slack.modals()
    assert (shown["id"], shown["blocks"][-1]["block_id"]) == (opened.view_id, "reason")
    with pytest.raises(NotFoundError, match="closed, or shows something newer"):
        modals.update(opened, filled("Why again?"))
    assert slack.modals() == [shown]


def test_a_modal_that_was_closed_is_not_found(modals: SlackModals, slack: MockSlack, trigger: str) -> None:
    opened = modals.open(trigger, VIEW)
    slack.close_modal(opened.view_id)
    with pytest.raises(NotFoundError):
        modals.update(opened, filled())
    with pytest.raises(NotFoundError):
        modals.update(OpenModal("VNONE", ""), filled())


def test_a_trigger_is_good_once_and_for_three_seconds(modals: SlackModals, trigger: str, clock: FakeClock) -> None:
    modals.open(trigger, VIEW)
    assert refused(modals, trigger) == "exchanged_trigger_id"
    clock.advance(3.5)
    assert refused(modals, trigger) == "expired_trigger_id"
    assert refused(modals, "nonsense") == "invalid_trigger_id"


def test_another_token_is_refused_and_the_token_is_in_no_error(api: str, trigger: str) -> None:
    with pytest.raises(PermanentError) as caught:
        modals_at(api, token="xoxb-wrong").open(trigger, VIEW)
    assert (caught.value.code, "xoxb" in str(caught.value)) == ("invalid_auth", False)


@pytest.mark.parametrize(("error", "status"), [("ratelimited", 429), ("internal_error", 200), ("x", 500)])
def test_a_slack_in_trouble_can_be_asked_again(
    modals: SlackModals, slack: MockSlack, trigger: str, error: str, status: int
) -> None:
    slack.fail("views.open", error, status=status, retry_after=7 if status == 429 else None)
    with pytest.raises(RetryableError) as caught:
        modals.open(trigger, VIEW)
    assert caught.value.delay == (7 if status == 429 else None)


def test_a_view_that_slack_refuses_is_our_bug(modals: SlackModals, trigger: str) -> None:
    with pytest.raises(PermanentError) as caught:
        modals.open(trigger, VIEW | {"title": {"type": "plain_text", "text": "x" * 25}})
    assert caught.value.code == "invalid_arguments"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"ok": true}', b'{"ok": true, "view": {}}', b"[" * 100_000])
def test_an_answer_that_is_none_of_slacks_is_no_modal(door: FakeDoor, body: bytes) -> None:
    door.answer = Response(body, mimetype="application/json")
    with pytest.raises((PermanentError, RetryableError)):
        modals_at(f"{door.url}/api/").open("1", VIEW)


def test_a_redirect_is_not_followed_with_our_token(door: FakeDoor) -> None:
    door.answer = Response(status=302, headers={"Location": f"{door.url}/elsewhere"})
    with pytest.raises(PermanentError):
        modals_at(f"{door.url}/api/").open("1", VIEW)
    assert [delivery.path for delivery in door.deliveries] == ["/api/views.open"]


def test_a_slack_that_is_not_there_can_be_asked_again() -> None:
    with pytest.raises(RetryableError, match="could not be reached"):
        modals_at("http://127.0.0.1:1/api/").open("1", VIEW)


@pytest.mark.parametrize("trickle", [False, True], ids=["silent", "trickling"])
def test_the_time_is_for_the_whole_call_however_it_is_spent(*, trickle: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        if trickle:
            Thread(target=drip, args=(server,), daemon=True).start()
        start = time.monotonic()
        with pytest.raises(RetryableError, match=r"did not answer views\.open within 0\.3 seconds"):
            modals_at(f"http://127.0.0.1:{server.getsockname()[1]}/api/", timeout=0.3).open("1", VIEW)
        assert time.monotonic() - start < 1


def test_a_socket_that_is_the_first_to_give_up_is_told_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("http.client.HTTPConnection.connect", gives_up)
    with pytest.raises(RetryableError, match=r"did not answer views\.open within 5 seconds"):
        modals_at("http://127.0.0.1:1/api/", timeout=5).open("1", VIEW)


def drip(server: socket.socket) -> None:
    """A byte now and then, so that no single read is slow."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            connection.sendall(b" ")
            Event().wait(0.05)


def test_a_modal_is_submitted_as_slack_sends_it(
    modals: SlackModals, slack: MockSlack, trigger: str, door: FakeDoor
) -> None:
    opened = modals.open(trigger, VIEW)
    modals.update(opened, filled())
    door.answer = Response('{"response_action": "errors", "errors": {"reason": "Why?"}}')
    slack.submit(opened.view_id, "U_OPERATOR", {"reason": "because"})
    sent = json.loads(door.deliveries[-1].form["payload"])
    assert (sent["type"], sent["user"]["id"], sent["view"]["id"]) == ("view_submission", "U_OPERATOR", opened.view_id)
    assert sent["view"]["state"] == {"values": {"reason": {"given": {"type": "plain_text_input", "value": "because"}}}}
    assert slack.modals()[0]["errors"] == {"reason": "Why?"}
    door.answer = Response('{"response_action": "clear"}')
    slack.submit(opened.view_id, "U_OPERATOR", {"reason": "because"})
    assert slack.modals() == []


@pytest.mark.parametrize(
    ("submitted", "sentence"),
    [
        ({"user": "U_OTHER", "values": {"reason": "x"}}, "has no modal"),
        ({"user": "U_OPERATOR"}, "takes no such text"),
        ({"user": "U_OPERATOR", "values": {"reason": "x" * 3001}}, "takes no such text"),
        ({"user": "U_OPERATOR", "values": {"other": "x"}}, "has no input 'other'"),
    ],
)
def test_people_can_submit_only_what_slack_lets_them(
    modals: SlackModals, api: str, trigger: str, submitted: dict[str, Any], sentence: str
) -> None:
    opened = modals.open(trigger, VIEW)
    modals.update(opened, filled())
    response = requests.post(f"{api}_sandbox/submit", json={"view_id": opened.view_id, **submitted}, timeout=5)
    assert (response.status_code, sentence in response.json()["error"]) == (409, True)
    assert len(requests.get(f"{api}_sandbox/modals", timeout=5).json()["modals"]) == 1


@pytest.mark.parametrize(
    "answer", ['{"response_action": "sing"}', '{"response_action": "errors", "errors": {"x": "y"}}']
)
def test_an_answer_of_our_door_that_slack_would_not_take_is_told(
    modals: SlackModals, api: str, trigger: str, door: FakeDoor, answer: str
) -> None:
    opened = modals.open(trigger, VIEW)
    modals.update(opened, filled())
    door.answer = Response(answer)
    submitted = {"view_id": opened.view_id, "user": "U_OPERATOR", "values": {"reason": "x"}}
    assert requests.post(f"{api}_sandbox/submit", json=submitted, timeout=5).status_code == 502


def test_open_modals_are_listed_and_closed_over_http(modals: SlackModals, api: str, trigger: str) -> None:
    opened = modals.open(trigger, VIEW)
    listed = requests.get(f"{api}_sandbox/modals?user=U_OPERATOR", timeout=5).json()["modals"]
    assert [view["id"] for view in listed] == [opened.view_id]
    assert requests.post(f"{api}_sandbox/close", json={"view_id": opened.view_id}, timeout=5).ok
    assert requests.get(f"{api}_sandbox/modals", timeout=5).json() == {"modals": []}
    assert requests.post(f"{api}_sandbox/close", json={"view_id": opened.view_id}, timeout=5).status_code == 409


def refused(modals: SlackModals, trigger: str) -> str:
    with pytest.raises(PermanentError) as caught:
        modals.open(trigger, VIEW)
    return caught.value.code
