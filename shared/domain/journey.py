"""Which recorded events belong to one journey: all that began with one delivery or act, and what its orders led to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from state_schema.events import Event, Recorded, RollbackOrdered, StepRetried, StepStarted
from state_schema.ids import order_key

_ORDER: Final = re.compile(
    r"(?P<migration>[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60})/[a-z0-9-]+/[a-z0-9_.]+/[0-9]+(\+[0-9]+)?"
)
_TIMER: Final = re.compile(r"(tick|wake:[0-9]+):(?P<migration>[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60})(:.*)?")
_REPORT: Final = re.compile(r"(?:report|parked:[a-z]+):(?P<place>[^+]+)(?:\+[0-9]+)?")
"""What skills, and parking in their place, report: the signal's id names the order's place in its migration."""


@dataclass(slots=True)
class Journey:
    """The ids that are followed, and the keys of the orders that were met on the way."""

    ids: set[str]
    orders: set[str] = field(default_factory=set)

    def steps(self, migration: str, records: Iterable[Recorded]) -> list[Recorded]:
        """Of the records, oldest first, those that belong to it; what their orders led to comes after them."""
        return [one for one in records if self._takes(migration, one)]

    def _takes(self, migration: str, one: Recorded) -> bool:
        begun = order_of(migration, one.event)
        asked_for = begun in self.ids
        if not asked_for and self.ids.isdisjoint({one.signal, one.correlation}) and not self._reported(migration, one):
            return False
        if begun is not None:
            self.orders.add(begun)
        return True

    def _reported(self, migration: str, one: Recorded) -> bool:
        found = _REPORT.fullmatch(one.signal)
        return found is not None and f"{migration}/{found['place']}" in self.orders


def order_of(migration: str, event: Event) -> str | None:
    """The key of the order that the event sends, up to its part; None where it sends none."""
    match event:
        case StepStarted() | StepRetried() | RollbackOrdered():
            return order_key(migration, event.track, event.step, event.attempt)
        case _:
            return None


def began_with(asked: str, records: Iterable[Recorded]) -> set[str]:
    """Where `asked` is a later signal, the ids with which its journeys began."""
    return {one.correlation for one in records if one.signal == asked and one.correlation is not None}


def migration_in(asked: str) -> str | None:
    """The migration that an order's key, or the id of a tick, names; None where the id names none."""
    found = _ORDER.fullmatch(asked) or _TIMER.fullmatch(asked)
    return found["migration"] if found else None


def as_key(asked: str) -> str:
    """An order's key without its part, as all parts of an attempt are one piece of work; any other id as it is."""
    return asked.partition("+")[0] if _ORDER.fullmatch(asked) else asked


def in_order(steps: Sequence[tuple[str, Recorded]]) -> list[tuple[str, Recorded]]:
    """(migration, record) as they happened."""
    return sorted(steps, key=lambda step: (step[1].at, step[0], step[1].number))
