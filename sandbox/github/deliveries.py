"""Webhooks on their way out: stored with the change that they tell of, sent once, never again by themselves."""

import hashlib
import hmac
import json
import threading
import uuid
from collections.abc import Mapping
from typing import Final

import requests

from sandbox.github import shapes
from sandbox.github.store import Json
from sandbox.github.world import HOOK_ID, INSTALLATION_ID, ORGANISATION_ID, RefusedError, World, node_id

TIMEOUT: Final = 10
"""Seconds. GitHub docs: a delivery that is not answered within ten seconds has failed."""
_GUIDS: Final = uuid.UUID("5e1f0000-0000-4000-8000-000000000000")


def emit(world: World, repo: Json, event: str, action: str | None, person: Json, **parts: object) -> None:
    """Queues one webhook; its bytes are fixed here, so that a redelivery is the same."""
    payload = {
        **({"action": action} if action else {}),
        **parts,
        "repository": shapes.repository(world, repo),
        "organization": shapes.organization(world),
        "sender": shapes.account(world, person),
        "installation": {"id": INSTALLATION_ID, "node_id": node_id("I", INSTALLATION_ID)},
    }
    number = world.store.count("delivery")
    delivery = {
        "id": number,
        "guid": str(uuid.uuid5(_GUIDS, str(number))),
        "event": event,
        "action": action,
        "repository_id": repo["id"],
        "queued_at": world.now(),
        "delivered_at": None,
        "status": "pending",
        "status_code": 0,
        "redelivery": False,
    }
    _queue(world, delivery, json.dumps(payload))


def _queue(world: World, delivery: Json, body: str) -> None:
    """What waits is kept apart, and so are payloads: an outbox of thousands is as quick as a new one."""
    world.store.put("delivery", "", delivery["id"], delivery)
    world.store.put("payload", "", delivery["id"], {"body": body})
    world.store.put("waiting", "", delivery["id"], {"id": delivery["id"]})


def body_of(world: World, number: int) -> str:
    """The JSON text that is or was sent; RefusedError 404 where there is no such delivery."""
    found = world.store.get("payload", "", number)
    if found is None:
        raise RefusedError(404, "Not Found")
    return str(found["body"])


def redeliver(world: World, number: int) -> Json:
    """Queues the same bytes again under the same GUID, as a delivery of its own."""
    body = body_of(world, number)
    found = world.store.get("delivery", "", number) or {}
    again = {**found, "id": world.store.count("delivery"), "queued_at": world.now(), "redelivery": True}
    again |= {"delivered_at": None, "status": "pending", "status_code": 0}
    _queue(world, again, body)
    return again


class Outbox:
    """Sends what is pending, oldest first. One sender at a time."""

    def __init__(self, world: World, url: str, secret: str) -> None:
        self.url = url
        self._world = world
        self._secret = secret.encode()
        self._sending = threading.Lock()

    def deliver_pending(self) -> int:
        """How many left the outbox, dropped ones included. Without an address, all wait.

        Killed between sending and noting it, the next process sends that one again under the same GUID.
        """
        with self._sending:
            if not self.url:
                return 0
            pending = self._world.store.all("waiting", "")
            for waiting in pending:
                delivery = self._world.store.get("delivery", "", waiting["id"]) or {}
                self._note(delivery, *(("dropped", 0) if self._is_dropped() else self._send(delivery)))
            return len(pending)

    def _note(self, delivery: Json, status: str, code: int) -> None:
        done = delivery | {"status": status, "status_code": code, "delivered_at": self._world.now()}
        with self._world.store.transaction():
            self._world.store.put("delivery", "", delivery["id"], done)
            self._world.store.delete("waiting", "", delivery["id"])

    def _is_dropped(self) -> bool:
        with self._world.store.transaction():
            left = (self._world.store.get("fault", "", "drop") or {"left": 0})["left"]
            if left:
                self._world.store.put("fault", "", "drop", {"left": left - 1})
            return bool(left)

    def _send(self, delivery: Json) -> tuple[str, int]:
        body = body_of(self._world, delivery["id"]).encode()
        try:
            answer = requests.post(self.url, data=body, headers=self._headers(delivery, body), timeout=TIMEOUT)
        except requests.RequestException:
            return "failed", 0
        return ("delivered" if answer.ok else "failed"), answer.status_code

    def _headers(self, delivery: Json, body: bytes) -> Mapping[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/sandbox",
            "X-GitHub-Delivery": delivery["guid"],
            "X-GitHub-Event": delivery["event"],
            "X-GitHub-Hook-ID": str(HOOK_ID),
            "X-GitHub-Hook-Installation-Target-ID": str(ORGANISATION_ID),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature-256": f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}",
        }
