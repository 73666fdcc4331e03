"""The frame round each door: finds the route, and turns what went wrong into an answer that its sender can act on."""

import json
from collections.abc import Callable, Mapping
from logging import Logger
from typing import Final, TypeVar

from shared import names
from shared.errors import SETTINGS, InvalidInputError, PermanentError, RejectedDeliveryError, RetryableError
from shared.observability import alert_of, tell_unexpected
from shared.webhooks.delivery import Delivery, read_delivery

Response = dict[str, object]
"""An answer as API Gateway takes it: `statusCode`, `headers`, `body`."""
Made = TypeVar("Made")
Route = Callable[[Delivery], Response]

_NOT_SET_UP: Final = {"error": "this door is not set up right; its log says why"}
_NOT_KNOWN: Final = 401
"""A wrong signature, or another workspace."""
_JSON: Final = "application/json; charset=utf-8"


def answer(status: int, document: Mapping[str, object] | None = None, **headers: str) -> Response:
    """JSON, or an empty body. A header's `_` is written `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if document is None:
        return {"statusCode": status, "headers": named, "body": ""}
    return {"statusCode": status, "headers": {"content-type": _JSON} | named, "body": json.dumps(document)}


def through(routes: Mapping[str, Route], event: object, log: Logger) -> Response:
    """The answer of the route that an API Gateway event (payload 2.0) is for.

    404 and 405 where there is none; the status of a RejectedDeliveryError; 503 for RetryableError, so that the sender
    sees a failure and may send again; 500 for PermanentError, whose reason goes to the log only. A bug passes.
    """
    request = ""
    try:
        delivery = read_delivery(event)
        request = delivery.request
        if delivery.path not in routes:
            return answer(404, {"error": f"there is nothing here; try {' or '.join(routes)}"})
        if delivery.method != "POST":
            return answer(405, {"error": "send it with POST"}, allow="POST")
        return routes[delivery.path](delivery)
    except RejectedDeliveryError as exc:
        told = {"request": request, "status": exc.status, "reason": exc.reason}
        if exc.status == _NOT_KNOWN:
            tell_unexpected(log, "delivery rejected", names.UNKNOWN_SENDER, told)
        else:
            log.warning("delivery rejected", extra=told)
        return answer(exc.status, {"error": exc.reason})
    except RetryableError as exc:
        log.warning("delivery not taken", extra={"request": request, "status": 503, "reason": exc.reason})
        return answer(503, {"error": "it could not be taken right now; send it again"}, retry_after="5")
    except PermanentError as exc:
        log.error(  # noqa: TRY400 - a traceback could quote what must not be logged
            "the door cannot work",
            extra={
                "request": request,
                "status": 500,
                "reason": exc.reason,
                "code": exc.code,
                "alert": alert_of(exc) or "door",
            },
        )
        return answer(500, _NOT_SET_UP)


def prepared(build: Callable[[], Made], take: Callable[[Made], Response], log: Logger) -> Response:
    """What `take` answers with what `build` makes of the settings; 500 where these are wrong, and the log says which."""
    try:
        made = build()
    except InvalidInputError as exc:
        told = {"status": 500, "reason": " ".join(exc.problems), "code": SETTINGS, "alert": SETTINGS}
        log.error("the settings are wrong", extra=told)  # noqa: TRY400 - the reason says all there is
        return answer(500, _NOT_SET_UP)
    return take(made)
