"""The people in the mock Slack: they click and type, and what they do reaches our door signed, as Slack signs it."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlparse

import requests

from sandbox.slack import payloads
from sandbox.slack.content import POST_TEXT, Arguments, Content, SlackRefusalError
from sandbox.slack.filling import CannotSubmitError, filled
from sandbox.slack.modals import number_of
from sandbox.slack.payloads import BOT_USER, Act
from sandbox.slack.submitting import Sent, after
from sandbox.slack.workspace import ANSWERABLE_FOR, ANSWERS_PER_CLICK, Click, Message, Workspace

DOOR_TIMEOUT: Final = 15.0
"""Seconds. Slack itself gives up after three; a busy machine is no reason for a scenario to fail."""


class NoSuchButtonError(LookupError):
    """A person can click only what they see."""


@dataclass(frozen=True, slots=True)
class DoorResponse:
    """What our door answered to a click or a command."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Press:
    """A click to be made. `value` narrows where buttons share an action id, and is what a stale click still carries."""

    channel: str
    ts: str
    action_id: str
    user: str
    value: str | None = None
    stale: bool = False
    team: str | None = None
    """Another team than the workspace's: a guest from a channel shared through Slack Connect."""
    state: Mapping[str, Any] | None = None
    """What is chosen in menus and checkboxes: `state.values` of the payload."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command to be sent: `text` is what follows the command's name."""

    text: str
    channel: str
    user: str
    command: str = "/migrate"
    team: str | None = None


class People:
    """Acts as people do, and takes our answers to their acts."""

    def __init__(self, workspace: Workspace, team: str, signing_secret: str) -> None:
        self._workspace = workspace
        self._team = team
        self._secret = signing_secret
        self.answers_at = ""
        """Where the server serves, without a slash at its end."""

    def click(self, press: Press, door: str) -> DoorResponse:
        """Posts the click to `door`. NoSuchButtonError where the message or, unless stale, the button is not there."""
        message = self._workspace.message(press.channel, press.ts)
        if message is None:
            raise NoSuchButtonError(f"There is no message {press.ts} in {press.channel}.")
        action = _action(message, press)
        act = self._act(press.channel, message.ts, press.user, press.team)
        now = f"{self._workspace.clock().timestamp():.6f}"
        payload = payloads.block_actions(act, message, action, press.state or {}, now)
        return self._deliver(payloads.interaction_body(payload), door)

    def command(self, typed: Typed, door: str) -> DoorResponse:
        """Posts a slash command to `door`; what the door answers is shown to the person, as Slack does."""
        act = self._act(typed.channel, None, typed.user, typed.team)
        response = self._deliver(payloads.command_body(payloads.slash_command(act, typed.command, typed.text)), door)
        answer = _answer(response.body)
        if response.status == requests.codes.ok and (answer.get("text") or answer.get("blocks")):
            self._show(typed.channel, typed.user, answer)
        return response

    def submit(self, sent: Sent, door: str) -> DoorResponse:
        """Posts a modal to `door`, and shows what it answers. NoSuchButtonError where this person has no such modal open.

        SlackRefusalError where the door's answer is none that Slack takes.
        """
        number = number_of(sent.view_id)
        click, view = self._workspace.click(number), self._workspace.modal(number)
        if click is None or view is None or click.user != sent.user:
            raise NoSuchButtonError(f"{sent.user} has no modal {sent.view_id} open.")
        try:
            values = sent.values if sent.raw else filled(view, sent.values)
        except CannotSubmitError as exc:
            raise NoSuchButtonError(str(exc)) from exc
        act = self._act(click.channel, None, sent.user, sent.team)
        body = payloads.interaction_body(payloads.view_submission(act, view, values))
        response = [self._deliver(body, door) for _ in range(sent.times)][-1]
        if response.status == requests.codes.ok:
            self._workspace.change_modal(number, view, after(view, response.body))
        return response

    def close(self, view_id: str) -> None:
        """Somebody closes a modal without sending it. NoSuchButtonError where it is not open."""
        number = number_of(view_id)
        view = self._workspace.modal(number)
        if view is None or not self._workspace.change_modal(number, view, None):
            raise NoSuchButtonError(f"There is no open modal {view_id}.")

    def answer(self, click_id: int, token: str, body: bytes) -> None:
        """Takes a POST to a `response_url`. SlackRefusalError where it is unknown, too late, or once too often."""
        click = self._workspace.click(click_id)
        if click is None or not hmac.compare_digest(token, self._token(click_id)):
            raise SlackRefusalError("no_service", status=404)
        if self._workspace.clock() - click.at > ANSWERABLE_FOR:
            raise SlackRefusalError("expired_url", status=404)
        if not self._workspace.count_answer(click.id, ANSWERS_PER_CLICK):
            raise SlackRefusalError("used_url", status=404)
        try:
            self._take_answer(click, _answer(body.decode(errors="replace"), strict=True))
        except SlackRefusalError as exc:
            raise SlackRefusalError(exc.error, *exc.messages, status=400) from exc

    def _take_answer(self, click: Click, answer: Arguments) -> None:
        if answer.get("delete_original") is True and click.message:
            self._workspace.delete(click.channel, click.message)
            return
        original = self._workspace.message(click.channel, click.message) if click.message else None
        if answer.get("replace_original") is True and original:
            content = Content.read(answer, POST_TEXT)
            changed = replace(original, text=content.text or "", blocks=content.blocks or ())
            self._workspace.rewrite(changed)
        else:
            self._show(click.channel, click.user, answer)

    def _show(self, channel: str, user: str, answer: Arguments) -> None:
        content = Content.read(answer, POST_TEXT)
        ephemeral = None if answer.get("response_type") == "in_channel" else user
        draft = Message(channel, "", BOT_USER, content.text or "", content.blocks or (), None, ephemeral)
        self._workspace.add(draft)

    def _act(self, channel: str, message: str | None, user: str, team: str | None) -> Act:
        click = self._workspace.add_click(channel, message, user)
        url = f"{self.answers_at}/actions/{self._team}/{click.id}/{self._token(click.id)}"
        return Act(team or self._team, channel, user, str(click.id), url)

    def _token(self, click_id: int) -> str:
        return hmac.new(self._secret.encode(), f"response:{click_id}".encode(), hashlib.sha256).hexdigest()[:24]

    def _deliver(self, body: bytes, door: str) -> DoorResponse:
        headers = payloads.signed_headers(body, self._secret, int(self._workspace.clock().timestamp()))
        if urlparse(door).scheme not in {"http", "https"}:
            raise ValueError(
                f"The door's address is {door!r}; set interactions_url and commands_url to http addresses."
            )
        response = requests.post(door, data=body, headers=headers, timeout=DOOR_TIMEOUT, allow_redirects=False)
        return DoorResponse(response.status_code, response.text)


def _action(message: Message, press: Press) -> Mapping[str, Any]:
    for block_id, button in _buttons(message):
        if button.get("action_id") == press.action_id and press.value in (None, button.get("value")):
            shown = {name: button[name] for name in ("action_id", "text", "value", "style", "type") if name in button}
            return shown | {"block_id": block_id}
    if press.stale and press.value is not None:
        text = {"type": "plain_text", "text": "(gone)", "emoji": True}
        fields = {"action_id": press.action_id, "block_id": "gone", "text": text, "value": press.value}
        return {**fields, "type": "button"}
    raise NoSuchButtonError(f"Message {press.ts} in {press.channel} shows no button {press.action_id!r}.")


def _buttons(message: Message) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in message.blocks:
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            if "action_id" in element:
                yield block["block_id"], element


def _answer(body: str, *, strict: bool = False) -> Arguments:
    """An answer as JSON or, to a command, as plain text."""
    try:
        answer = json.loads(body)
    except ValueError as exc:
        if strict:
            raise SlackRefusalError("invalid_payload") from exc
        return {"text": body}
    return answer if isinstance(answer, dict) else {"text": body}
