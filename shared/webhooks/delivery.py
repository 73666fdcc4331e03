"""Reads a delivery out of an API Gateway HTTP API event (payload format 2.0).

The rest of a door sees only method, path, headers and the very bytes that were signed.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from shared.errors import RejectedDeliveryError

MAX_BODY: Final = 10_000_000
"""Bytes. GitHub sends up to 25 MB, but API Gateway passes on at most 10 MB (AWS docs, "Quotas for HTTP APIs")."""
_MAX_FIELDS: Final = 100
_DELIVERY: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
"""A header that nobody signs: what looks otherwise is none of GitHub's."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request. Header names are lower case; `path` is without the stage; `request` is the gateway's request id."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    request: str

    @property
    def correlation(self) -> str:
        """What all that follows is logged with: GitHub's own id of the delivery, else the gateway's of the request."""
        given = self.headers.get("x-github-delivery", "")
        return given if _DELIVERY.fullmatch(given) else self.request


def read_delivery(event: object) -> Delivery:
    """The delivery in an event of any shape; RejectedDeliveryError 413 over MAX_BODY, 400 for an unreadable body.

    What is missing is empty text: no route and no signature will fit it.
    """
    context = field(event, "requestContext")
    return Delivery(
        method=text(field(context, "http", "method")).upper(),
        path=_path(text(field(event, "rawPath")), text(field(context, "stage"))),
        headers=_headers(field(event, "headers")),
        body=_body(field(event, "body"), encoded=field(event, "isBase64Encoded") is True),
        request=text(field(context, "requestId"))[:100],
    )


def read_json(document: bytes | str) -> object:
    """Any JSON value; RejectedDeliveryError(400) for what is no JSON, no UTF-8, or nested too deeply to be read."""
    try:
        return json.loads(document if isinstance(document, str) else document.decode())
    except (ValueError, RecursionError) as exc:  # ValueError: also bad UTF-8, and numbers of thousands of digits
        raise RejectedDeliveryError(400, f"the body is not JSON that can be read ({type(exc).__name__})") from exc


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; RejectedDeliveryError(400) for anything else, and for a field given twice."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError as exc:
        raise RejectedDeliveryError(400, "the body is not a URL-encoded form") from exc
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise RejectedDeliveryError(400, "the form has a field twice, so it is unclear which one counts")
    return fields


def field(document: object, *path: str) -> object:
    """What lies at `path` in nested JSON objects; None where any part is missing or no object."""
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def text(value: object) -> str:
    """The value if it is text, else empty text."""
    return value if isinstance(value, str) else ""


def _path(raw: str, stage: str) -> str:
    """API Gateway puts the stage's name before the path, except for `$default`."""
    prefix = f"/{stage}/"
    return raw[len(prefix) - 1 :] if stage and raw.startswith(prefix) else raw


def _headers(given: object) -> dict[str, str]:
    """Names in lower case; one that comes twice has both values, joined as API Gateway does it, and so fits nothing."""
    headers: dict[str, str] = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        key = str(name).lower()
        headers[key] = f"{headers[key]},{text(value)}" if key in headers else text(value)
    return headers


def _body(given: object, *, encoded: bool) -> bytes:
    if given is None:
        return b""
    if not isinstance(given, str):
        raise RejectedDeliveryError(400, "the event's body is not text")
    if len(given) > (MAX_BODY * 4 // 3 + 4 if encoded else MAX_BODY):
        raise RejectedDeliveryError(413, f"the body is larger than {MAX_BODY} bytes")
    try:
        body = base64.b64decode(given, validate=True) if encoded else given.encode()
    except (binascii.Error, ValueError) as exc:  # ValueError: text outside ASCII, or half a surrogate pair
        raise RejectedDeliveryError(400, "the body cannot be decoded") from exc
    if len(body) > MAX_BODY:
        raise RejectedDeliveryError(413, f"the body is larger than {MAX_BODY} bytes")
    return body
