"""The sandbox's one port: each request reaches its function in API Gateway's shape, and no request breaks it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import web
from sandbox.clock import VirtualClock
from sandbox.serving import Server
from shared import bootstrap
from shared.adapters.secrets import FixedSecrets
from shared.settings import Settings
from shared.webhooks.delivery import MAX_BODY

Event = dict[str, Any]


class Function:
    """Answers what it is told to, and notes its events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.answer: Event = {"statusCode": 202, "headers": {"x-said": "yes"}, "body": "taken"}
        self.broken = False

    def __call__(self, event: Event, context: object) -> Event:
        self.events.append(event)
        if self.broken:
            raise RuntimeError("a bug")
        return self.answer


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Function:
    function = Function()
    monkeypatch.setattr(web, "DOORS", {web.GITHUB: function})
    monkeypatch.setattr(web, "status", function)
    return function


@pytest.fixture
def url(function: Function) -> Iterator[str]:
    with Server(web.Web(VirtualClock().now)) as server:
        yield server.url


def test_a_request_comes_as_an_http_api_event(url: str, function: Function) -> None:
    headers = {"X-GitHub-Event": "ping", "User-Agent": "test"}
    answer = requests.post(f"{url}{web.GITHUB}?a=1&b=%20", data='{"zen": "ü"}'.encode(), headers=headers, timeout=5)
    assert (answer.status_code, answer.text, answer.headers["x-said"]) == (202, "taken", "yes")
    event = function.events[0]
    http = event["requestContext"]["http"]
    assert {
        name: event[name] for name in ("version", "routeKey", "rawPath", "rawQueryString", "isBase64Encoded", "body")
    } == {
        "version": "2.0",
        "routeKey": "POST /github/webhooks",
        "rawPath": "/github/webhooks",
        "rawQueryString": "a=1&b=%20",
        "isBase64Encoded": False,
        "body": '{"zen": "ü"}',
    }
    assert (http["method"], http["path"], http["sourceIp"]) == ("POST", "/github/webhooks", "127.0.0.1")
    assert event["headers"]["x-github-event"] == "ping"
    assert event["requestContext"]["stage"] == "$default"


def test_bytes_that_are_no_text_come_base64_encoded(url: str, function: Function) -> None:
    requests.post(url + web.GITHUB, data=b"\xff\x00", timeout=5)
    assert function.events[0]["isBase64Encoded"] is True
    assert base64.b64decode(function.events[0]["body"]) == b"\xff\x00"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_is_answered_with_413_and_reaches_no_function(url: str, function: Function, chunked: bool) -> None:
    part = b"x" * 1_000_000
    body = (part for _ in range(12)) if chunked else part * 12
    assert requests.post(url + web.GITHUB, data=body, timeout=20).status_code == 413
    assert function.events == []


def test_the_largest_body_is_taken_whole(url: str, function: Function) -> None:
    assert requests.post(url + web.GITHUB, data=b"x" * MAX_BODY, timeout=20).status_code == 202
    assert len(function.events[0]["body"]) == MAX_BODY


def test_a_function_that_raises_is_a_500_and_the_next_request_is_served(url: str, function: Function) -> None:
    function.broken = True
    assert requests.post(url + web.GITHUB, data=b"{}", timeout=5).status_code == 500
    function.broken = False
    assert requests.post(url + web.GITHUB, data=b"{}", timeout=5).status_code == 202


def test_status_routes_and_health_are_there_and_nothing_else(url: str, function: Function) -> None:
    paths = ("/healthz", "/campaigns", "/campaigns/a/migrations/b/history", "/campaignsx", "/", "/github/webhooks/x")
    statuses = {path: requests.get(url + path, timeout=5).status_code for path in paths}
    assert statuses == {
        "/healthz": 200,
        "/campaigns": 202,
        "/campaigns/a/migrations/b/history": 202,
        "/campaignsx": 404,
        "/": 404,
        "/github/webhooks/x": 404,
    }
    assert [event["rawPath"] for event in function.events] == ["/campaigns", "/campaigns/a/migrations/b/history"]


def test_a_command_over_http_comes_from_nobody_here_because_no_gateway_verified_them(tmp_path: Path) -> None:
    clock = VirtualClock().now
    settings = Settings(data=str(tmp_path / "waymark.db"))
    bootstrap.use(bootstrap.Composition(settings, FixedSecrets({}), clock, lambda: 1.0))
    headers = {"Authorization": "Bearer x", "X-Amzn-Principal": "arn:aws:iam::111122223333:user/x"}
    with Server(web.Web(clock)) as server:
        answer = requests.post(
            f"{server.url}/v1/campaigns/airflow-3/commands", json={"text": "status"}, headers=headers, timeout=5
        )
    bootstrap.use(None)
    assert (answer.status_code, list(answer.json())) == (401, ["error"])
