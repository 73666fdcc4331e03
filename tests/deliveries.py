"""Builds deliveries as API Gateway hands them to a door: captured ones, changed ones, rightly or wrongly signed."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from shared.webhooks.signatures import github_signature, slack_signature

EVENTS: Final = Path(__file__).parent.parent / "events"
NOW: Final = datetime(2026, 11, 20, 10, 16, tzinfo=UTC)
GITHUB_SECRET: Final = "a secret of tests for GitHub"
SLACK_SECRET: Final = "a secret of tests for Slack"
TEAM: Final = "T_ACME"
GITHUB_PATH: Final = "/github/webhooks"
INTERACTIONS: Final = "/slack/interactions"
COMMANDS: Final = "/slack/commands"

Json = dict[str, Any]


@cache
def _text(name: str) -> str:
    return (EVENTS / f"{name}.json").read_text()


def captured(name: str) -> tuple[dict[str, str], Json]:
    """Headers and body of `events/<name>.json`, fresh to be changed."""
    document = json.loads(_text(name))
    return document["headers"], document["body"]


def gateway_event(
    path: str, headers: Mapping[str, str], body: bytes, *, method: str = "POST", encoded: bool = True
) -> Json:
    """An HTTP API event, payload format 2.0 (AWS docs: header names in lower case, binary bodies in base64)."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "abcdefghij",
            "domainName": "waymark.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "timeEpoch": 1795169760000,
        },
        "body": base64.b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }


def github_event(body: bytes, *, headers: Mapping[str, str] | None = None, signature: str | None = None) -> Json:
    """A signed GitHub delivery of these bytes; `signature` replaces the right one, "" leaves it out."""
    given = {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "00000001-c4a1-11f1-9d3e-0242ac120002"} | dict(
        headers or {}
    )
    signed = github_signature(GITHUB_SECRET, body) if signature is None else signature
    return gateway_event(GITHUB_PATH, given | ({"X-Hub-Signature-256": signed} if signed else {}), body, encoded=False)


def captured_github(name: str) -> Json:
    """The captured delivery `events/github/<name>.json`, signed."""
    headers, body = captured(f"github/{name}")
    return github_event(json.dumps(body).encode(), headers=headers)


def slack_event(path: str, body: bytes, *, headers: Mapping[str, str] | None = None, at: datetime = NOW) -> Json:
    """A signed Slack delivery of these bytes, sent at `at`; `headers` replace what they name."""
    timestamp = str(int(at.timestamp()))
    given = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": slack_signature(SLACK_SECRET, body, timestamp),
    }
    return gateway_event(path, given | dict(headers or {}), body)


def interaction(payload: object) -> bytes:
    """The form of an interaction."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def click() -> Json:
    """The payload of the captured click on Approve, fresh to be changed."""
    return captured("slack/block_actions.approve")[1]["payload"]  # type: ignore[no-any-return]


def typed(**changed: str) -> bytes:
    """The form of the captured command, with some of its fields changed."""
    return urlencode(captured("slack/command.start")[1] | changed).encode()


def opening(verb: str = "skip") -> Json:
    """The payload of a click on a button that opens a modal."""
    payload = click()
    payload["actions"][0]["action_id"] = f"open:{verb}"
    return payload


def submission(values: object = None, **view: Any) -> Json:
    """The payload of the captured modal, sent with other `state.values` or with parts of its view changed."""
    payload: Json = captured("slack/view_submission.skip")[1]["payload"]
    payload["view"] |= view
    if values is not None:
        payload["view"]["state"] = {"values": values}
    return payload
