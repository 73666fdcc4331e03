"""What Slack sends, as JSON: messages, and what a click or a command becomes. Pure; shapes as in docs.slack.dev."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.slack.workspace import Message

APP: Final = "A0WAYMARK"
BOT: Final = "B0WAYMARK"
BOT_USER: Final = "U0WAYMARK"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """Who acted where, and how it may be answered."""

    team: str
    channel: str
    user: str
    trigger: str
    response_url: str


def message_json(message: Message, team: str, *, metadata: bool = True) -> Json:
    """A message as the Web API shows it; its metadata only where asked for."""
    shown: Json = {"type": "message", "user": message.author, "text": message.text, "ts": message.ts, "team": team}
    if message.author == BOT_USER:
        shown |= {"bot_id": BOT, "app_id": APP}
    if message.blocks:
        shown["blocks"] = [dict(block) for block in message.blocks]
    if message.metadata and metadata:
        shown["metadata"] = dict(message.metadata)
    if message.thread:
        shown["thread_ts"] = message.thread
    if message.edited:
        shown["edited"] = {"user": message.author, "ts": message.edited}
    return shown


def block_actions(act: Act, message: Message, action: Mapping[str, Any], state: Mapping[str, Any], ts: str) -> Json:
    """The `block_actions` payload of a click on a button; `ts` is when it was clicked."""
    ephemeral = message.ephemeral is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": act.channel,
        "is_ephemeral": ephemeral,
    }
    return {
        "type": "block_actions",
        "user": {"id": act.user, "username": act.user.lower(), "name": act.user.lower(), "team_id": act.team},
        "api_app_id": APP,
        "token": "deprecated",
        "container": container,
        "trigger_id": act.trigger,
        "team": {"id": act.team, "domain": act.team.lower()},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": act.channel, "name": act.channel.lower()},
        **({} if ephemeral else {"message": message_json(message, act.team)}),
        "state": {"values": dict(state)},
        "response_url": act.response_url,
        "actions": [dict(action) | {"action_ts": ts}],
    }


def view_submission(act: Act, view: Mapping[str, Any], values: Mapping[str, Any]) -> Json:
    """The `view_submission` payload of a modal that somebody sent; it has no `response_url` of its own."""
    return {
        "type": "view_submission",
        "team": {"id": act.team, "domain": act.team.lower()},
        "user": {"id": act.user, "username": act.user.lower(), "name": act.user.lower(), "team_id": act.team},
        "api_app_id": APP,
        "token": "deprecated",
        "trigger_id": act.trigger,
        "view": {"previous_view_id": None, "external_id": "", **view, "state": {"values": dict(values)}},
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def slash_command(act: Act, command: str, text: str) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": "deprecated",
        "team_id": act.team,
        "team_domain": act.team.lower(),
        "channel_id": act.channel,
        "channel_name": act.channel.lower(),
        "user_id": act.user,
        "user_name": act.user.lower(),
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": act.response_url,
        "trigger_id": act.trigger,
    }


def interaction_body(payload: Json) -> bytes:
    """An interaction as it goes over the wire."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def command_body(form: Mapping[str, str]) -> bytes:
    """A slash command as it goes over the wire."""
    return urlencode(form).encode()


def signed_headers(body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """The headers Slack signs `body` with (v0), at a Unix time in seconds."""
    digest = hmac.new(secret.encode(), b"v0:%d:%s" % (timestamp, body), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": f"v0={digest}",
    }
