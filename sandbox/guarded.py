"""Keeps what nobody has verified away from routes that trust API Gateway's authoriser: here is none in front of them."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request, Response

from sandbox.web import DOORS, HEALTH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STATUS: Final = "/campaigns"
_NOT_HERE: Final = "there is no such route here; say commands in Slack, or with `migrate say` on the same store"


class Guarded:
    """A WSGI application: the doors, which check signatures, are open; status wants the token, and is absent without one.

    Commands over HTTP act as a verified principal, and here nobody is verified: they are not served at all.
    """

    def __init__(self, app: "WSGIApplication", token: str) -> None:
        self._app = app
        self._token = _digest(token) if token else b""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        if request.path in DOORS or request.path == HEALTH:
            return self._app(environ, start_response)
        if not self._token or not (request.path == STATUS or request.path.startswith(f"{STATUS}/")):
            return _refusal(404, _NOT_HERE)(environ, start_response)
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(_digest(given.strip()), self._token):
            refusal = _refusal(401, "send the token of --token-file: `Authorization: Bearer …`")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            return refusal(environ, start_response)
        return self._app(environ, start_response)


def _digest(text: str) -> bytes:
    """Of one length, so that comparing tells nothing of the token's."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _refusal(status: int, error: str) -> Response:
    return Response(json.dumps({"error": error}), status, mimetype="application/json")
