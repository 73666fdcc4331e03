"""The deployed routes on one port: each request becomes an API Gateway event, each handler's response an answer."""

import base64
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_input_stream

from functions.commands.handler import handler as commands
from functions.github_webhook.handler import handler as github_webhook
from functions.slack.handler import handler as slack
from functions.status.handler import handler as status
from sandbox import aws_events
from shared.ports.clock import Clock
from shared.webhooks.delivery import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Handler = Callable[[dict[str, Any], object], Mapping[str, Any]]
GITHUB: Final = "/github/webhooks"
COMMANDS: Final = "/slack/commands"
INTERACTIONS: Final = "/slack/interactions"
HEALTH: Final = "/healthz"
DOORS: Final[Mapping[str, Handler]] = {GITHUB: github_webhook, COMMANDS: slack, INTERACTIONS: slack}
"""They check signatures themselves."""
_THROWN_AWAY: Final = 64_000_000
"""Bytes of an oversized body that are read on and dropped: a sender that is cut off never reads its 413."""
_CHUNK: Final = 1 << 16
_LOG: Final = logging.getLogger("waymark.sandbox")


class Web:
    """A WSGI application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == HEALTH:
            return _json(200, {"status": "ok"})
        handler = _handler(request.path)
        if handler is None:
            return _json(404, {"message": "Not Found"})
        body = _body(request)
        if body is None:
            return _json(413, {"message": "Request Entity Too Large"})
        event = aws_events.http(_request(request, body), self._clock())
        try:
            answer = handler(event, aws_events.context_of(request.path.strip("/").replace("/", "-")))
        except Exception:  # noqa: BLE001 - as API Gateway: a function that raises is a 500, and the next request is served
            _LOG.exception("%s %s raised", request.method, request.path)
            return _json(500, {"message": "Internal Server Error"})
        return _response(answer)


def _handler(path: str) -> Handler | None:
    if path == "/campaigns" or path.startswith("/campaigns/"):
        return status
    if path.startswith("/v1/campaigns/"):
        return commands
    return DOORS.get(path)


def _body(request: Request) -> bytes | None:
    """The body, or None where it is larger than API Gateway takes."""
    stream = get_input_stream(request.environ)
    body = b""
    while len(body) <= MAX_BODY and (chunk := stream.read(_CHUNK)):
        body += chunk
    if len(body) <= MAX_BODY:
        return body
    _throw_away(stream)
    return None


def _throw_away(stream: IO[bytes]) -> None:
    left = _THROWN_AWAY
    while left > 0 and (chunk := stream.read(_CHUNK)):
        left -= len(chunk)


def _request(request: Request, body: bytes) -> aws_events.HttpRequest:
    text, encoded = _text(body)
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    route = f"{request.method} {request.path}" if request.path in DOORS else f"{request.method} /campaigns"
    return aws_events.HttpRequest(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        headers=headers,
        body=text,
        encoded=encoded,
        source=request.remote_addr or "127.0.0.1",
        route=route,
    )


def _text(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


def _response(answer: Mapping[str, Any]) -> Response:
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body
    response = Response(content, answer["statusCode"], mimetype="application/json")
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = str(value)
    return response


def _json(status_code: int, document: Mapping[str, str]) -> Response:
    return Response(json.dumps(document), status_code, mimetype="application/json")
