"""Slack's modals by plain HTTPS calls. The Slack door imports this module: slack_sdk would cost it its cold start."""

import http.client
import json
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from shared.adapters import slack_errors
from shared.errors import NotFoundError, PermanentError, RetryableError, WaymarkError
from shared.names import SLACK_BOT_TOKEN
from shared.ports.modals import OpenModal, View
from shared.ports.secrets import Secrets

DOOR_TIMEOUT: Final = 1.5
"""Seconds for a whole call from the door, which has three for everything, its cold start included."""
WORKER_TIMEOUT: Final = 10.0
_LARGEST_ANSWER: Final = 1_000_000
"""Bytes. Slack repeats the view in its answer, 250 KB at most."""
_GONE: Final = frozenset({"not_found", "hash_conflict"})


class SlackModals:
    """Implements ModalOpener and Modals. `api` is the base address of the Web API, which ends in `/api/`; no other is called.

    `timeout` (seconds) is for the whole of a call: looking up the host, connecting, and an answer that trickles in.
    """

    def __init__(self, secrets: Secrets, api: str, timeout: float = WORKER_TIMEOUT) -> None:
        self._secrets = secrets
        self._api = urlsplit(api)
        self._timeout = timeout

    def open(self, trigger: str, view: View) -> OpenModal:
        """Where it is too slow, the modal may still come: the view says what to do then."""
        opened = self._call("views.open", {"trigger_id": trigger, "view": view}).get("view")
        if not isinstance(opened, dict) or not isinstance(opened.get("id"), str):
            raise PermanentError("Slack answered views.open without a view. Look whose address WAYMARK_SLACK_API is.")
        return OpenModal(opened["id"], str(opened.get("hash") or ""))

    def update(self, modal: OpenModal, view: View) -> None:
        """The hash keeps a second update of the same state from taking back what was filled in since."""
        try:
            self._call("views.update", {"view_id": modal.view_id, "hash": modal.hash, "view": view})
        except PermanentError as exc:
            if exc.code in _GONE:
                raise NotFoundError(f"The modal {modal.view_id} is closed, or shows something newer.") from exc
            raise

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        body, token = json.dumps(arguments).encode(), self._secrets.get(SLACK_BOT_TOKEN)
        answered: SimpleQueue[dict[str, Any] | WaymarkError] = SimpleQueue()

        def call() -> None:
            try:
                answered.put(self._post(method, body, token))
            except WaymarkError as exc:
                answered.put(exc)

        Thread(target=call, name=f"slack {method}", daemon=True).start()
        try:
            answer = answered.get(timeout=self._timeout)
        except Empty:
            raise self._too_late(method) from None
        if isinstance(answer, WaymarkError):
            raise answer
        return answer

    def _post(self, method: str, body: bytes, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            with closing(self._connection()) as connection:
                connection.request("POST", f"{self._api.path}{method}", body, headers)
                response = connection.getresponse()
                status, given, said = response.status, dict(response.getheaders()), response.read(_LARGEST_ANSWER)
        except TimeoutError as exc:
            raise self._too_late(method) from exc
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise RetryableError(f"Slack could not be reached for {method}: {type(exc).__name__}") from exc
        answer = _read(said)
        if status == slack_errors.OK and answer.get("ok") is True:
            return answer
        raise slack_errors.refusal(status, given, answer or {"error": "no JSON"}, "")

    def _too_late(self, method: str) -> RetryableError:
        return RetryableError(f"Slack did not answer {method} within {self._timeout} seconds.")

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPConnection if self._api.scheme == "http" else http.client.HTTPSConnection
        return kind(self._api.hostname or "", self._api.port, timeout=self._timeout)


def _read(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
