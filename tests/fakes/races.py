"""A store in which somebody else is faster, and queues that fail: what happens between two lines of ours."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.errors import RetryableError
from shared.ports.migrations import Commit, DueTimes, Loaded, Migrations
from shared.ports.queues import Outbox
from tests.fakes.crashes import Crash


class OvertakenMigrations:
    """The port Migrations. Before each of the next saves, one of `others` writes first."""

    def __init__(self, inner: Migrations, *others: Callable[[], object]) -> None:
        self._inner = inner
        self._others = list(others)
        self.loads = 0

    def load(self, migration: str) -> Loaded:
        self.loads += 1
        return self._inner.load(migration)

    def save(self, commit: Commit) -> None:
        if self._others:
            self._others.pop(0)()
        self._inner.save(commit)


class InterruptedMigrations:
    """The port Migrations. Each load is followed by `meanwhile`, before its caller goes on; it may raise."""

    def __init__(self, inner: Migrations, meanwhile: Callable[[str], object]) -> None:
        self._inner = inner
        self._meanwhile = meanwhile

    def load(self, migration: str) -> Loaded:
        loaded = self._inner.load(migration)
        self._meanwhile(migration)
        return loaded

    def save(self, commit: Commit) -> None:
        self._inner.save(commit)


class LateDueTimes:
    """The port DueTimes of a sweep that read what is due a while ago."""

    def __init__(self, inner: DueTimes, now: datetime) -> None:
        self._inner = inner
        self._seen = inner.due(now, 1000)

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        return self._seen[:limit]

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        return self._inner.claim(migration, seen, until)

    def next_due(self) -> datetime | None:
        return self._inner.next_due()


class DyingOutbox:
    """The port Outbox of a process that dies at its n-th send (0: before the first)."""

    def __init__(self, inner: Outbox, sends: int = 0) -> None:
        self._inner = inner
        self._left = sends

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        if self._left == 0:
            raise Crash(f"before sending to {queue}")
        self._left -= 1
        self._inner.send(queue, body, group=group, key=key, delay=delay, correlation=correlation)


class DownOutbox:
    """The port Outbox where no queue can be reached."""

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        raise RetryableError(f"the queue {queue} cannot be reached")
