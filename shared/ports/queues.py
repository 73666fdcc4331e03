"""Queues as the use cases see them (send), and as whoever runs the workers sees them (receive)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Outbox(Protocol):
    """Sends. At least once: a message may arrive twice."""

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        """Sends `body` (at most 256 KiB) to a queue of `shared.names.QUEUES`; RetryableError where that fails.

        `group` orders messages on a FIFO queue (required there); within five minutes a FIFO queue drops a second message
        with the same `key` (required there). `delay` in seconds: standard queues only. `correlation` travels beside the
        body: the id of the delivery or act that it all began with; one that cannot be sent is left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One received message; `receipt` is good for this receive only."""

    id: str
    receipt: str
    body: str
    group: str
    receives: int
    correlation: str = ""


class Inbox(Protocol):
    """Receives. A message in flight blocks its FIFO group."""

    def receive(self, queue: str, limit: int = 1) -> Sequence[Message]:
        """At most `limit` (≤ 10) visible messages, hidden for the queue's visibility time; at once, without waiting."""
        ...

    def delete(self, queue: str, message: Message) -> None:
        """It is done. Without effect where the receipt is no longer good."""
        ...

    def release(self, queue: str, message: Message, delay: int = 0) -> None:
        """Back to the queue, visible after `delay` seconds; after `names.max_receives` to the dead-letter queue.

        The embedded queues leave alone what was given back already; on SQS the last word counts.
        """
        ...

    def depth(self, queue: str) -> int:
        """How many messages it holds: visible, delayed and in flight."""
        ...
