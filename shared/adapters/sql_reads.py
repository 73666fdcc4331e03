"""What is read beside the step in SQL: history, watches, the lists of people, and what is due."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, bindparam, func, select, update

from shared.adapters.documents import LAST_EVENT, LAST_WAVE, moment, read, stamp
from shared.adapters.missing import no_event
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_tables import events, states, watches
from shared.ports.migrations import Watch
from state_schema.events import Recorded
from state_schema.summary import Summary

#   sweep A            next_check_at             sweep B, or a step
#   due: 09:00 <------ 09:00 ------------------> due: 09:00
#   09:05 if 09:00 --> 09:05
#                      09:05 <------------------ 09:05 if 09:00: no row is hit, A looks at it
#
# Where A dies, it is due again at 09:05. A step writes a next_check_at of its own and asks for nothing but its version.
IS_STILL_DUE_THEN: Final = states.c.next_check_at == bindparam("seen")


class SqlHistory:
    """The port History."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        wanted = select(events).where(events.c.migration == migration, events.c.number > min(after, LAST_EVENT))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(events.c.number).limit(_rows(limit))).all()
        return tuple(_recorded(migration, row.number, row.body) for row in rows)

    def event(self, migration: str, number: int) -> Recorded:
        wanted = select(events.c.body).where(
            events.c.migration == migration, events.c.number == min(number, LAST_EVENT + 1)
        )
        with reading(self._engine) as connection:
            body = connection.execute(wanted).scalar_one_or_none()
        if body is None:
            raise no_event(migration, number)
        return _recorded(migration, number, body)


class SqlMigrationIndex:
    """The port MigrationIndex."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_campaign(self, campaign: str, wave: int | None = None) -> Iterable[Summary]:
        wanted = select(states.c.migration, states.c.summary).where(states.c.campaign == campaign)
        if wave is not None:
            wanted = wanted.where(states.c.wave == min(wave, LAST_WAVE + 1))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(states.c.wave, states.c.resource)).all()
        for row in rows:
            yield read(Summary, row.summary, f"the summary of {row.migration}")


class SqlDueTimes:
    """The port DueTimes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        wanted = select(states.c.migration, states.c.next_check_at).where(states.c.next_check_at <= stamp(now))
        in_order = wanted.order_by(states.c.next_check_at, states.c.migration).limit(_rows(limit))
        with reading(self._engine) as connection:
            rows = connection.execute(in_order).all()
        return [(row.migration, moment(row.next_check_at)) for row in rows]

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        moved = (
            update(states).where(states.c.migration == migration, IS_STILL_DUE_THEN).values(next_check_at=stamp(until))
        )
        with writing(self._engine) as connection:
            return connection.execute(moved, {"seen": stamp(seen)}).rowcount == 1

    def next_due(self) -> datetime | None:
        with reading(self._engine) as connection:
            first = connection.execute(select(func.min(states.c.next_check_at))).scalar_one()
        return None if first is None else moment(first)


class SqlWatches:
    """The port Watches."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def watching(self, address: str) -> Sequence[Watch]:
        columns = (watches.c.address, watches.c.migration, watches.c.track, watches.c.step)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).where(watches.c.address == address).order_by(*columns)).all()
        return tuple(Watch(*row) for row in rows)


def _recorded(migration: str, number: int, body: str) -> Recorded:
    return read(Recorded, body, f"event {number} of {migration}", "recorded")


def _rows(limit: int) -> int:
    """A limit that every database can count to."""
    return min(max(limit, 0), LAST_EVENT)
