"""What the doors do with a delivery: verify it, project it, enqueue it, answer. Standard library only (cold start)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from logging import Logger

from shared import names
from shared.app.answers import Response, answer, through
from shared.errors import RejectedDeliveryError
from shared.messages import acknowledgements
from shared.ports.queues import Outbox
from shared.ports.secrets import Secrets
from shared.webhooks import github, slack
from shared.webhooks.delivery import Delivery, field, read_form, read_json, text
from shared.webhooks.signatures import verify_github, verify_slack


def ingest_github(
    event: object, *, secrets: Secrets, outbox: Outbox, now: datetime, log: Logger, own_app: int | None = None
) -> Response:
    """A GitHub webhook becomes at most one sighting: 202, or 200 for a ping. `own_app`: see `github.sighting_of`."""
    door = _GithubDoor(secrets, outbox, now, log, own_app)
    return through({"/github/webhooks": door.webhook}, event, log)


def ingest_slack(event: object, *, secrets: Secrets, outbox: Outbox, now: datetime, log: Logger, team: str) -> Response:
    """A click or a slash command becomes at most one signal: 200, and for a command a text that only its author sees.

    202 for a click on nothing that we know. `team` is the id of the one workspace whose people are listened to.
    """
    door = _SlackDoor(secrets, outbox, now, log, team)
    return through({"/slack/interactions": door.interaction, "/slack/commands": door.command}, event, log)


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
            "delivery": delivery.headers.get("x-github-delivery", ""),
            "github_event": event,
            "action": text(payload.get("action")),
        }
        if event == github.PING:
            self.log.info("ping", extra=seen)
            return answer(200, {"status": "pong"})
        return self._sighted(delivery, payload, seen)

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
        key = _deduplication_key(seen["delivery"], delivery.body)
        self.outbox.send(names.SIGHTINGS, sighting.to_json(), group=sighting.address, key=key)
        self.log.info("sighting enqueued", extra={**seen, "address": sighting.address})
        return answer(202, {"status": "accepted", "address": sighting.address})


@dataclass(frozen=True, slots=True)
class _SlackDoor:
    secrets: Secrets
    outbox: Outbox
    now: datetime
    log: Logger
    team: str

    def interaction(self, delivery: Delivery) -> Response:
        return self._form(delivery, lambda form: self._clicked(form, delivery.request))

    def command(self, delivery: Delivery) -> Response:
        return self._form(delivery, lambda form: self._commanded(form, delivery.request))

    def _form(self, delivery: Delivery, take: Callable[[Mapping[str, str]], Response]) -> Response:
        verify_slack(
            self.secrets.get(names.SLACK_SIGNING_SECRET),
            delivery.body,
            timestamp=delivery.headers.get("x-slack-request-timestamp", ""),
            signature=delivery.headers.get("x-slack-signature", ""),
            now=self.now,
        )
        if delivery.headers.get("content-type", "").startswith("application/json"):
            return _challenge(read_json(delivery.body))
        form = read_form(delivery.body)
        return answer(200) if form.get("ssl_check") == "1" else take(form)

    def _clicked(self, form: Mapping[str, str], request: str) -> Response:
        payload = read_json(form.get("payload", ""))
        act = slack.act_of(payload, team=self.team, at=self.now.isoformat())
        if act is None:
            self.log.info("no button of ours", extra={"request": request})
            return answer(200 if slack.is_link(payload) else 202)
        self._enqueue(act, request)
        return answer(200)

    def _commanded(self, form: Mapping[str, str], request: str) -> Response:
        if "command" not in form:
            raise RejectedDeliveryError(400, "the form has no command")
        command = slack.command_of(form, team=self.team, at=self.now.isoformat())
        name, typed = form["command"], str(command["text"])
        if name != slack.COMMAND:
            return _ephemeral(acknowledgements.unknown_command(name, slack.COMMAND))
        if len(typed) > slack.MAX_TEXT:
            return _ephemeral(acknowledgements.too_long(name, len(typed), slack.MAX_TEXT))
        self._enqueue(command, request)
        return _ephemeral(acknowledgements.taken(name, typed))

    def _enqueue(self, message: slack.Message, request: str) -> None:
        signal, group = str(message["id"]), slack.group_of(message, self.team)
        self.outbox.send(names.SIGNALS, json.dumps(message), group=group, key=signal)
        self.log.info("signal enqueued", extra={"request": request, "signal": signal, "group": group})


def _deduplication_key(delivery: str, body: bytes) -> str:
    """Collapses only the very same delivery, and only while the queue remembers keys (five minutes).

    A redelivery after that is looked at again, because it may be the repair of a look that crashed. The id alone would
    not do: the header is not signed, so somebody who replays a body could spend an id that is not theirs.
    """
    return hashlib.sha256(delivery.encode(errors="replace") + b"\n" + body).hexdigest()


def _challenge(document: object) -> Response:
    """Slack's check that an address is ours; no other JSON is expected here."""
    if field(document, "type") != "url_verification":
        raise RejectedDeliveryError(400, "the body is JSON; Slack sends clicks and commands as a form")
    return answer(200, {"challenge": text(field(document, "challenge"))})


def _ephemeral(message: str) -> Response:
    return answer(200, {"response_type": "ephemeral", "text": message})
