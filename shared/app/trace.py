"""Finds one journey in the store: by the id of a delivery, of a signal or of an order, in what was recorded lately."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.journey import Journey, as_key, began_with, in_order, migration_in
from shared.errors import PermanentError
from shared.ports.migrations import History
from shared.ports.parking import Parking
from shared.ports.store import Store
from state_schema.control import ControlRecorded
from state_schema.events import Recorded
from state_schema.parked import Parked

PAGE: Final = 100
"""Events of one migration that are read at once, from its last one backwards."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What was found, oldest first. `ids`: the one that was asked for, and those with which its journeys began.

    `steps` are (migration, event), `controls` (campaign, act on it). `migrations` were searched, and `events` read in them;
    `unreadable` says why a migration could not be.
    """

    ids: tuple[str, ...]
    steps: tuple[tuple[str, Recorded], ...]
    controls: tuple[tuple[str, ControlRecorded], ...]
    parked: tuple[Parked, ...]
    migrations: int
    events: int
    unreadable: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the store knows nothing of it."""
        return not (self.steps or self.controls or self.parked)


@dataclass(slots=True)
class _Search:
    """What the search is about, and how much it has read."""

    history: History
    since: datetime
    candidates: list[tuple[str, int]]
    events: int = 0

    def readable(self, unreadable: list[str]) -> Iterator[tuple[str, list[Recorded]]]:
        """Each candidate's recent events, oldest first; one migration's at a time, so that they need not fit into memory."""
        for migration, version in self.candidates:
            try:
                records = self._recent(migration, version)
            except PermanentError as exc:
                unreadable.append(exc.reason)
                continue
            self.events += len(records)
            yield migration, records

    def _recent(self, migration: str, version: int) -> list[Recorded]:
        after = max(0, version - PAGE)
        records = list(self.history.events(migration, after=after))
        while after > 0 and (not records or records[0].at >= self.since):
            before, after = after, max(0, after - PAGE)
            records = [*self.history.events(migration, after=after, limit=before - after), *records]
        return [one for one in records if one.at >= self.since]


def trace(asked: str, *, campaigns: Sequence[str], since: datetime, store: Store, parking: Parking) -> Traced:
    """The journey that `asked` belongs to, among what these campaigns recorded since then.

    It reads the list of each campaign, and of every migration that changed since then its events of that time, a page at
    least; where `asked` is not what the journey began with, these twice. An id that names its migration reads that one only.
    """
    search = _Search(store.history, since, list(_candidates(asked, campaigns, since, store)))
    unreadable: list[str] = []
    ids = {as_key(asked)}
    journey = Journey(set(ids))
    steps, began = _walk(search, journey, asked, unreadable)
    if began - ids:
        journey = Journey(ids | began)
        steps, _ = _walk(search, journey, asked, unreadable)
    return Traced(
        ids=(asked, *sorted(journey.ids - {asked, as_key(asked)})),
        steps=tuple(in_order(steps)),
        controls=tuple(_controls(campaigns, journey.ids, store)),
        parked=tuple(_parked(campaigns, journey.ids, parking)),
        migrations=len(search.candidates),
        events=search.events,
        unreadable=tuple(dict.fromkeys(unreadable)),
    )


def _walk(
    search: _Search, journey: Journey, asked: str, unreadable: list[str]
) -> tuple[list[tuple[str, Recorded]], set[str]]:
    steps: list[tuple[str, Recorded]] = []
    began: set[str] = set()
    for migration, records in search.readable(unreadable):
        found = journey.steps(migration, records)
        steps += [(migration, one) for one in found]
        began |= began_with(asked, found)
    return steps, began


def _candidates(asked: str, campaigns: Iterable[str], since: datetime, store: Store) -> Iterator[tuple[str, int]]:
    """(migration, its version as the list shows it) of what changed since then, the latest change first."""
    named = migration_in(asked)
    rows = [row for campaign in campaigns for row in store.index.in_campaign(campaign)]
    for row in sorted(rows, key=lambda row: row.changed_at, reverse=True):
        if row.migration == named or (named is None and row.changed_at >= since):
            yield row.migration, row.version


def _controls(campaigns: Iterable[str], ids: set[str], store: Store) -> Iterator[tuple[str, ControlRecorded]]:
    for campaign in campaigns:
        yield from ((campaign, one) for one in store.controls.records(campaign) if one.signal in ids)


def _parked(campaigns: Iterable[str], ids: set[str], parking: Parking) -> Iterator[Parked]:
    for campaign in (*campaigns, None):
        yield from (item for item in parking.in_campaign(campaign) if item.act is not None and item.act.id in ids)
