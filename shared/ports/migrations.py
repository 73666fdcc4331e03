"""The store of migrations: one consistent load, one conditional write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.view import View
from state_schema.events import Recorded
from state_schema.gate import Gate
from state_schema.migration import Migration
from state_schema.summary import Summary


@dataclass(frozen=True, slots=True, order=True)
class Watch:
    """This step of this migration waits for what is at this address."""

    address: str
    migration: str
    track: str
    step: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A view, and the hash of the migration's last event."""

    view: View
    tail: str


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one step writes, together or not at all.

    `before` is the version that was loaded (0: the migration is created). `gate`, where it changed, carries the next version:
    its condition is that the stored one is exactly one less. `next_check_at` None: nothing is due any more.
    """

    before: int
    state: Migration
    records: tuple[Recorded, ...]
    summary: Summary
    opened: frozenset[Watch] = frozenset()
    closed: frozenset[Watch] = frozenset()
    gate: Gate | None = None
    next_check_at: datetime | None = None


class Migrations(Protocol):
    """Loads and saves the aggregate."""

    def load(self, migration: str) -> Loaded:
        """State, plan, campaign and gate as one consistent snapshot; NotFoundError names what is missing."""
        ...

    def save(self, commit: Commit) -> None:
        """Writes all of the commit; StaleStateError where state or gate is no longer the one that was loaded.

        RetryableError where the store is busy or cannot be reached.
        """
        ...


class History(Protocol):
    """Reads recorded events, oldest first."""

    def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """The events with a number above `after`, at most `limit`."""
        ...

    def event(self, migration: str, number: int) -> Recorded:
        """One event; NotFoundError where there is none of that number."""
        ...


class MigrationIndex(Protocol):
    """Lists for people. A hint: eventually consistent, no decision rests on it."""

    def in_campaign(self, campaign: str, wave: int | None = None) -> Iterable[Summary]:
        """The summary rows, by wave and resource."""
        ...


class DueTimes(Protocol):
    """What is due, and who looks at it."""

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        """(migration, next_check_at) of what is due at `now`, oldest first."""
        ...

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        """Moves next_check_at from `seen` to `until`; False where another sweep or step was faster."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest next_check_at of all."""
        ...


class Watches(Protocol):
    """How a sighting finds its migrations."""

    def watching(self, address: str) -> Sequence[Watch]:
        """All steps that wait for this address, read consistently."""
        ...
