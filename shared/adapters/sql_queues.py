"""Queues in a table of the embedded engine's file, with the behaviour of SQS that our code could come to rely on.

Each call is one transaction under the file's one write lock, so two workers never get the same message; what was sent is
there after `kill -9`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, select, update

from shared import names
from shared.adapters.envelope import DEDUPLICATION_WINDOW, KNOWN, Envelope, batch_limit, known, release_delay
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_queue_statements import (
    CORRELATE,
    DELETE,
    DEPTHS,
    FORGET_CORRELATION,
    FORGET_KEYS,
    NEXT,
    NEXT_IN_ORDER,
    NOTE_KEY,
    RELEASE,
    SEND,
    TAKE,
    messages,
)
from shared.ports.clock import Clock
from shared.ports.queues import Message

MILLISECONDS: Final = 1000


class SqlQueues:
    """Outbox and Inbox on SQL. `visibility` in seconds: how long a received message stays hidden."""

    def __init__(self, engine: Engine, clock: Clock, visibility: int) -> None:
        self._engine = engine
        self._clock = clock
        self._visibility = visibility

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        sealed = Envelope.seal(queue, body, group=group, key=key, delay=delay, correlation=correlation)
        now = self._now()
        row = {"queue": queue, "group": sealed.group, "body": body, "visible_at": now + sealed.delay * MILLISECONDS}
        with writing(self._engine) as connection:
            if sealed.key and not _is_new(connection, sealed, now):
                return
            sent = connection.execute(SEND, row)
            if sealed.correlation:
                (number,) = sent.inserted_primary_key or (0,)
                connection.execute(CORRELATE, {"message": number, "correlation": sealed.correlation})

    def receive(self, queue: str, limit: int = 1) -> Sequence[Message]:
        now = self._now()
        candidates = NEXT_IN_ORDER if names.is_fifo(known(queue)) else NEXT
        parameters = {"q": queue, "now": now, "limit": batch_limit(limit)}
        with writing(self._engine) as connection:
            rows = connection.execute(candidates, parameters).all()
            while any(_is_exhausted(queue, row.receives) for row in rows):
                for row in rows:
                    if _is_exhausted(queue, row.receives):
                        _bury(connection, queue, row.id, now)
                rows = connection.execute(candidates, parameters).all()
            if rows:
                until = now + self._visibility * MILLISECONDS
                connection.execute(TAKE, {"ids": [row.id for row in rows], "until": until})
        return [_message(row) for row in rows]

    def delete(self, queue: str, message: Message) -> None:
        with writing(self._engine) as connection:
            this = _this_receive(queue, message)
            if connection.execute(DELETE, this).rowcount and message.correlation:
                connection.execute(FORGET_CORRELATION, {"n": this["n"]})

    def release(self, queue: str, message: Message, delay: int = 0) -> None:
        now = self._now()
        visible_at = now + release_delay(delay) * MILLISECONDS
        with writing(self._engine) as connection:
            given_back = connection.execute(RELEASE, {**_this_receive(queue, message), "until": visible_at})
            if given_back.rowcount and _is_exhausted(queue, message.receives):
                _bury(connection, queue, int(message.id), now)

    def depth(self, queue: str) -> int:
        return self.depths()[known(queue)]

    def depths(self) -> Mapping[str, int]:
        """Of every queue and dead-letter queue, how many messages it holds, as of one moment."""
        with reading(self._engine) as connection:
            rows = connection.execute(DEPTHS).all()
        return dict.fromkeys(sorted(KNOWN), 0) | dict(rows)

    def reclaim(self) -> int:
        """Shows every message in flight again and says how many there were.

        For the start of the one process that owns the file: whoever had received them is gone. Delays stay as they are.
        """
        shown = {"visible_at": self._now(), "in_flight": False}
        with writing(self._engine) as connection:
            return connection.execute(update(messages).where(messages.c.in_flight).values(shown)).rowcount

    def next_visible_at(self) -> datetime | None:
        """The earliest moment after now at which a hidden message shows again; None where none is hidden."""
        earliest = select(func.min(messages.c.visible_at)).where(messages.c.visible_at > self._now())
        with reading(self._engine) as connection:
            moment = connection.execute(earliest).scalar_one()
        return None if moment is None else datetime.fromtimestamp(moment / MILLISECONDS, UTC)

    def _now(self) -> int:
        return round(self._clock().timestamp() * MILLISECONDS)


def _is_new(connection: Connection, sealed: Envelope, now: int) -> bool:
    connection.execute(FORGET_KEYS, {"now": now})
    row = {"queue": sealed.queue, "key": sealed.key, "until": now + DEDUPLICATION_WINDOW * MILLISECONDS}
    return connection.execute(NOTE_KEY, row).rowcount == 1


def _is_exhausted(queue: str, receives: int) -> bool:
    return receives >= names.max_receives(queue) and queue in names.QUEUES


def _bury(connection: Connection, queue: str, message: int, now: int) -> None:
    moved = {"queue": names.dead_letter_queue(queue), "visible_at": now, "in_flight": False}
    connection.execute(update(messages).where(messages.c.id == message).values(moved))


def _this_receive(queue: str, message: Message) -> dict[str, str | int]:
    number, _, receives = message.receipt.partition(":")
    n, nth = (int(part) if part.isdecimal() else 0 for part in (number, receives))
    return {"q": known(queue), "n": n, "nth": nth}


def _message(row: Row[Any]) -> Message:
    receives = row.receives + 1
    receipt, correlation = f"{row.id}:{receives}", row.correlation or ""
    return Message(str(row.id), receipt, row.body, row.group, receives, correlation)
