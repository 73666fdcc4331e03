"""The persistent service has no API Gateway before it: what trusts one is kept away from whoever comes."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from sandbox.doors_server import DoorsServer
from sandbox.guarded import Guarded
from shared.errors import InvalidInputError
from tests.functional.command_line import migrate, no_traceback

TOKEN = "0123456789abcdef" * 4


def reached(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"reached"]


def get(path: str, token: str = TOKEN, **headers: str) -> int:
    return Client(Guarded(reached, token)).get(path, headers=headers).status_code


@pytest.mark.parametrize("path", ["/github/webhooks", "/slack/commands", "/slack/interactions", "/healthz"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_the_doors_are_open_because_they_check_signatures(path: str, token: str) -> None:
    assert get(path, token) == 200


@pytest.mark.parametrize(
    "path", ["/campaigns", "/campaigns/airflow-3/migrations/x", "/v1/campaigns/airflow-3/commands"]
)
def test_without_a_token_there_is_nothing_else(path: str) -> None:
    assert get(path, token="", Authorization=f"Bearer {TOKEN}") == 404
    assert get(path, token="", Authorization="Bearer ") == 404


def test_the_token_opens_the_status_routes() -> None:
    assert get("/campaigns", Authorization=f"Bearer {TOKEN}") == 200
    assert get("/campaigns/airflow-3", Authorization=f"bearer  {TOKEN} ") == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer é", TOKEN]
)
def test_no_other_word_does(given: str) -> None:
    assert get("/campaigns", Authorization=given) == 401


@pytest.mark.parametrize(
    "path", ["/v1/campaigns/airflow-3/commands", "/campaignsx", "//campaigns", "/", "/_sandbox/runs"]
)
def test_the_token_opens_nothing_else(path: str) -> None:
    assert get(path, Authorization=f"Bearer {TOKEN}") == 404


@pytest.fixture
def slow() -> Iterator[tuple[DoorsServer, Flag, Flag]]:
    """The server, set when a request has arrived, and to be set for its answer."""
    arrived, go_on = Flag(), Flag()

    def app(environ: Any, start_response: Any) -> list[bytes]:
        arrived.set()
        go_on.wait(10)
        return reached(environ, start_response)

    server = DoorsServer(app, "127.0.0.1", 0)
    yield server, arrived, go_on
    go_on.set()
    server.close()


def test_a_request_in_flight_is_answered_before_the_server_ends(slow: tuple[DoorsServer, Flag, Flag]) -> None:
    server, arrived, go_on = slow
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert arrived.wait(10)
        ending = Thread(target=server.close)
        ending.start()
        go_on.set()
        answered = b"".join(iter(lambda: client.recv(4096), b""))
        ending.join()

    assert answered.endswith(b"reached")
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)


def test_a_port_that_is_taken_is_said(slow: tuple[DoorsServer, Flag, Flag]) -> None:
    port = int(slow[0].url.rpartition(":")[2])

    with pytest.raises(InvalidInputError, match=f"127.0.0.1:{port} cannot be served on"):
        DoorsServer(reached, "127.0.0.1", port)


@pytest.mark.parametrize("host", ["nowhere.invalid", "256.1.1.1"])
def test_a_host_that_is_none_of_ours_is_said(host: str) -> None:
    with pytest.raises(InvalidInputError, match=host):
        DoorsServer(reached, host, 0)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"WAYMARK_ENGINE": "aws"}, "WAYMARK_QUEUE_URL_PREFIX is empty"),
        ({"WAYMARK_ENGINE": "postgres"}, "WAYMARK_ENGINE is 'postgres'"),
        ({}, "WAYMARK_SLACK_TEAM is empty"),
        ({}, "The secret github-webhook-secret is absent"),
        ({}, "WAYMARK_GITHUB_APP_ID is empty"),
    ],
)
def test_without_settings_it_does_not_start_and_says_what_is_missing(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    result = migrate("serve", "--port", "0", WAYMARK_DATA=str(tmp_path / "waymark.db"), **environment)

    assert (result.exit_code, no_traceback(result)) == (2, True)
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (TOKEN, 0o644, "Others may read"),
        ("short", 0o600, "32 characters"),
        ("", 0o600, "32 characters"),
        (f"{TOKEN} {TOKEN}", 0o600, "one word"),
        (f"{TOKEN}\x00", 0o600, "one word"),
        ("é" * 40, 0o600, "cannot be read"),
    ],
)
def test_a_token_that_is_none_is_refused(tmp_path: Path, text: str, mode: int, said: str) -> None:
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)

    result = migrate("serve", "--token-file", file)

    assert (result.exit_code, said in " ".join(result.stderr.split())) == (2, True)
    assert not text or text not in result.output


def test_a_token_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert migrate("serve", "--token-file", tmp_path / "token").exit_code == 2
