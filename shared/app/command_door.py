"""The door for commands over HTTP: `{"text": …}` from a verified principal is done at once and answered with the Answer."""

import hashlib
import re
from datetime import datetime
from logging import Logger
from typing import Any, Final
from urllib.parse import unquote

from shared import names
from shared.app.answers import Response, answer, through
from shared.app.command import run_command
from shared.app.measured import kind_of
from shared.errors import RejectedDeliveryError
from shared.messages.answer_text import plainly
from shared.observability import count, tell_unexpected
from shared.ports.queues import Outbox
from shared.ports.store import Store
from shared.webhooks.delivery import Delivery, read_delivery, read_json
from shared.webhooks.principals import principal_of
from state_schema.answers import Answer
from state_schema.signals import Command

_PATH: Final = re.compile(r"/v1/campaigns/([^/]{1,200})/commands/?")
_ROUTE: Final = "/v1/campaigns/{campaign}/commands"
_LONGEST: Final = 3000
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_FORBIDDEN: Final = frozenset({"not_permitted", "four_eyes", "members_unknown", "second_person", "explicit_command"})
_MISSING: Final = frozenset({"no_campaign", "not_found"})


def take_command(
    event: dict[str, Any], *, store: Store, outbox: Outbox, now: datetime, log: Logger, nonce: str = ""
) -> Response:
    """200 done or shown, 403 not theirs, 404 for what there is not, 409 refused: the body is the Answer, with plain texts.

    400 a body that cannot be read, 401 nobody verified, 404 another path, 405 no POST: the body says why in `error`.
    `nonce`: something that nobody can guess, where the command wants a code.
    """

    def taken(delivery: Delivery) -> Response:
        command = _command(event, delivery, now).model_copy(update={"nonce": nonce})
        found = _PATH.fullmatch(delivery.path)
        campaign = unquote(found[1]) if found else ""
        given = run_command(command, campaign=campaign, store=store, outbox=outbox)
        seen = {"request": delivery.request, "signal": command.id, "actor": command.actor, "campaign": campaign[:60]}
        told = {**seen, "status": given.status, "reason": given.reason_code}
        if kind := kind_of(given.reason_code, command.actor, now, store):
            tell_unexpected(log, "command", kind, told)
        else:
            log.info("command", extra=told)
        if not given.ok:
            count(log, names.REFUSALS)
        return answer(status_of(given), plainly(given).model_dump(mode="json"), cache_control="no-store")

    path = _path_of(event)
    return through({path if _PATH.fullmatch(path) else _ROUTE: taken}, event, log)


def _path_of(event: dict[str, Any]) -> str:
    """Empty where the request cannot be read: `through` says why."""
    try:
        return read_delivery(event).path
    except RejectedDeliveryError:
        return ""


def status_of(given: Answer) -> int:
    """The HTTP status that fits."""
    if given.ok:
        return 200
    if given.reason_code in _FORBIDDEN:
        return 403
    missing = given.reason_code in _MISSING or given.reason_code.startswith("unknown_")
    return 404 if missing else 409


def _command(event: dict[str, Any], delivery: Delivery, now: datetime) -> Command:
    actor = principal_of(event)
    document = read_json(delivery.body)
    said = document.get("text") if isinstance(document, dict) else None
    if not isinstance(document, dict) or set(document) != {"text"} or not isinstance(said, str):
        raise RejectedDeliveryError(400, 'send JSON of this shape, and nothing else in it: {"text": "status"}')
    if len(said) > _LONGEST:
        raise RejectedDeliveryError(400, f"the text has {len(said):,} characters, and {_LONGEST:,} are the most")
    if any("\ud800" <= character <= "\udfff" for character in said):
        raise RejectedDeliveryError(400, "the text holds half a character (a lone surrogate)")
    return Command(id=_id(actor, delivery), at=now, actor=actor, text=said, correlation=delivery.request)


def _id(actor: str, delivery: Delivery) -> str:
    """Sent again with the same `Idempotency-Key` by the same principal, it is the same command; else each is its own."""
    key = delivery.headers.get("idempotency-key", "")
    if key and not _KEY.fullmatch(key):
        raise RejectedDeliveryError(400, "Idempotency-Key must be 1 to 200 visible ASCII characters")
    if not (key or delivery.request):
        raise RejectedDeliveryError(400, "the request has no id: send an Idempotency-Key")
    about = f"{actor}\n{key}" if key else f"\n{delivery.request}"
    return f"http:{hashlib.sha256(about.encode()).hexdigest()}"
