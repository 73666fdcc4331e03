"""Marks all that follows from one delivery or act with its id, so that a journey can be followed through queues and logs."""

from dataclasses import dataclass

from shared.ports.queues import Outbox


@dataclass(frozen=True, slots=True)
class Correlated:
    """An outbox whose messages carry `correlation`, where the caller gives none of its own."""

    outbox: Outbox
    correlation: str

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        """As the port says."""
        about = correlation or self.correlation
        self.outbox.send(queue, body, group=group, key=key, delay=delay, correlation=about)
