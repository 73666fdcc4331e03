"""What the GitHub door does with a delivery: verify it, project it, enqueue it, answer. Standard library only (cold start)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from logging import Logger

from shared import names
from shared.app.answers import Response, answer, through
from shared.errors import RejectedDeliveryError
from shared.ports.queues import Outbox
from shared.ports.secrets import Secrets
from shared.webhooks import comments, github
from shared.webhooks.delivery import Delivery, read_json, text
from shared.webhooks.signatures import verify_github


def ingest_github(
    event: object, *, secrets: Secrets, outbox: Outbox, now: datetime, log: Logger, own_app: int | None = None
) -> Response:
    """A GitHub webhook becomes at most one sighting, or one command: 202, or 200 for a ping.

    `own_app`: see `github.sighting_of`.
    """
    door = _GithubDoor(secrets, outbox, now, log, own_app)
    return through({"/github/webhooks": door.webhook}, event, log)


@dataclass(frozen=True, slots=True)
class _GithubDoor:
    secrets: Secrets
    outbox: Outbox
    now: datetime
    log: Logger
    own_app: int | None

    def webhook(self, delivery: Delivery) -> Response:
        signature = delivery.headers.get("x-hub-signature-256", "")
        verify_github(self.secrets.get(names.GITHUB_WEBHOOK_SECRET), delivery.body, signature)
        payload = read_json(delivery.body)
        if not isinstance(payload, dict):
            raise RejectedDeliveryError(400, "the body is not a JSON object; let GitHub send application/json")
        event = delivery.headers.get("x-github-event", "")
        if not event:
            raise RejectedDeliveryError(400, "X-GitHub-Event is missing")
        seen = {
            "request": delivery.request,
            "correlation": delivery.correlation,
            "delivery": delivery.headers.get("x-github-delivery", ""),
            "github_event": event,
            "action": text(payload.get("action")),
        }
        if event == github.PING:
            self.log.info("ping", extra=seen)
            return answer(200, {"status": "pong"})
        if event == comments.EVENT:
            return self._commented(payload, seen)
        return self._sighted(delivery, payload, seen)

    def _commented(self, payload: Mapping[str, object], seen: Mapping[str, str]) -> Response:
        command = comments.command_of(payload, at=self.now.isoformat(), own_app=self.own_app)
        if command is None:
            self.log.info("no command in a new comment", extra=seen)
            return answer(202, {"status": "ignored"})
        signal, address = str(command["id"]), str(command["about"])
        group, about = comments.group_of(command), seen["correlation"]
        self.outbox.send(names.SIGNALS, json.dumps(command), group=group, key=signal, correlation=about)
        self.log.info("command enqueued", extra={**seen, "signal": signal, "address": address})
        return answer(202, {"status": "accepted", "address": address})

    def _sighted(self, delivery: Delivery, payload: Mapping[str, object], seen: Mapping[str, str]) -> Response:
        sighting = github.sighting_of(
            seen["github_event"],
            seen["delivery"],
            payload,
            seen_at=self.now.isoformat(),
            own_app=self.own_app,
        )
        if sighting is None:
            self.log.info("nothing to look at", extra=seen)
            return answer(202, {"status": "ignored"})
        key, about = _deduplication_key(seen["delivery"], delivery.body), delivery.correlation
        self.outbox.send(names.SIGHTINGS, sighting.to_json(), group=sighting.address, key=key, correlation=about)
        self.log.info("sighting enqueued", extra={**seen, "address": sighting.address})
        return answer(202, {"status": "accepted", "address": sighting.address})


def _deduplication_key(delivery: str, body: bytes) -> str:
    """Collapses only the very same delivery, and only while the queue remembers keys (five minutes).

    A redelivery after that is looked at again, because it may be the repair of a look that crashed. The id alone would
    not do: the header is not signed, so somebody who replays a body could spend an id that is not theirs.
    """
    return hashlib.sha256(delivery.encode(errors="replace") + b"\n" + body).hexdigest()
