"""Queues in memory, with the behaviour that the contract suite asks of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import names
from shared.adapters.envelope import DEDUPLICATION_WINDOW, KNOWN, Envelope, batch_limit, known, release_delay
from shared.ports.clock import Clock
from shared.ports.queues import Message


@dataclass(slots=True)
class _Stored:
    id: int
    queue: str
    group: str
    body: str
    visible_at: datetime
    receives: int = 0
    in_flight: bool = False
    correlation: str = ""


class FakeQueues:
    """Outbox and Inbox; `visibility` in seconds. `bodies` is for assertions."""

    def __init__(self, clock: Clock, visibility: int = 60) -> None:
        self._clock = clock
        self._visibility = timedelta(seconds=visibility)
        self._messages: list[_Stored] = []
        self._keys: dict[tuple[str, str], datetime] = {}
        self._sent = 0

    def bodies(self, queue: str) -> list[str]:
        """All that the queue holds, oldest first, visible or not."""
        return [message.body for message in self._of(queue)]

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        sealed = Envelope.seal(queue, body, group=group, key=key, delay=delay, correlation=correlation)
        now = self._clock()
        if sealed.key:
            if self._keys.get((queue, sealed.key), now) > now:
                return
            self._keys[queue, sealed.key] = now + timedelta(seconds=DEDUPLICATION_WINDOW)
        self._sent += 1
        visible_at = now + timedelta(seconds=sealed.delay)
        stored = _Stored(self._sent, queue, sealed.group, body, visible_at, correlation=sealed.correlation)
        self._messages.append(stored)

    def receive(self, queue: str, limit: int = 1) -> Sequence[Message]:
        now = self._clock()
        for message in self._of(queue):
            if message.visible_at <= now:
                self._bury_if_exhausted(message)
        stored = self._of(queue)
        busy = {m.group for m in stored if m.visible_at > now} if names.is_fifo(queue) else set()
        taken = [m for m in stored if m.visible_at <= now and m.group not in busy][: batch_limit(limit)]
        for message in taken:
            message.visible_at = now + self._visibility
            message.receives += 1
            message.in_flight = True
        return [Message(str(m.id), f"{m.id}:{m.receives}", m.body, m.group, m.receives, m.correlation) for m in taken]

    def delete(self, queue: str, message: Message) -> None:
        done = [m for m in self._of(queue) if self._is_receive(m, queue, message)]
        self._messages = [m for m in self._messages if m not in done]

    def release(self, queue: str, message: Message, delay: int = 0) -> None:
        for stored in self._of(queue):
            if stored.in_flight and self._is_receive(stored, queue, message):
                stored.visible_at = self._clock() + timedelta(seconds=release_delay(delay))
                stored.in_flight = False
                self._bury_if_exhausted(stored)

    def depth(self, queue: str) -> int:
        return len(self._of(queue))

    def depths(self) -> Mapping[str, int]:
        """Of every queue and dead-letter queue, how many messages it holds."""
        return {queue: self.depth(queue) for queue in sorted(KNOWN)}

    def reclaim(self) -> int:
        """Shows every message in flight again and says how many there were."""
        in_flight = [message for message in self._messages if message.in_flight]
        for message in in_flight:
            message.visible_at = self._clock()
            message.in_flight = False
        return len(in_flight)

    def next_visible_at(self) -> datetime | None:
        """The earliest moment after now at which a hidden message shows again."""
        now = self._clock()
        return min((message.visible_at for message in self._messages if message.visible_at > now), default=None)

    def _of(self, queue: str) -> list[_Stored]:
        known(queue)
        return [message for message in self._messages if message.queue == queue]

    def _bury_if_exhausted(self, message: _Stored) -> None:
        if message.receives >= names.max_receives(message.queue) and message.queue in names.QUEUES:
            message.queue = names.dead_letter_queue(message.queue)
            message.visible_at = self._clock()
            message.in_flight = False

    @staticmethod
    def _is_receive(stored: _Stored, queue: str, message: Message) -> bool:
        return stored.queue == queue and f"{stored.id}:{stored.receives}" == message.receipt
