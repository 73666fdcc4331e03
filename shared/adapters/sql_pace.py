"""Turns in SQL: the next free moment of each lane, and the turns of those who wait."""

from datetime import datetime
from math import ceil
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Engine, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from shared.adapters.sql_engine import metadata, writing
from shared.ports.pace import LATE

lanes: Final = Table(
    "pace_lanes",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),  # milliseconds since 1970
)
turns: Final = Table(
    "pace_turns",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("turn", BigInteger, nullable=False),
)
_KEPT: Final = 86_400_000
"""Milliseconds that a turn which nobody asks for is kept."""
_MILLISECONDS: Final = 1000


class SqlPace:
    """The port Pace. Each call is one transaction under the file's write lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def turn(self, lane: str, who: str, now: datetime, every: float) -> float:
        at = _milliseconds(now)
        with writing(self._engine) as connection:
            waiting = (turns.c.lane == lane) & (turns.c.who == who)
            mine = connection.execute(select(turns.c.turn).where(waiting)).scalar_one_or_none()
            if mine is not None and at < mine:
                return float(mine - at) / _MILLISECONDS
            if mine is not None:
                connection.execute(delete(turns).where(waiting))
                if at - mine <= LATE * _MILLISECONDS:
                    return 0.0
            mine = max(_next(connection, lane), at)
            _move(connection, lane, mine + ceil(every * _MILLISECONDS))
            if mine > at:
                connection.execute(delete(turns).where(turns.c.turn < at - _KEPT))
                connection.execute(insert(turns).values(lane=lane, who=who, turn=mine))
            return float(mine - at) / _MILLISECONDS

    def hold(self, lane: str, until: datetime) -> None:
        with writing(self._engine) as connection:
            _move(connection, lane, max(_next(connection, lane), _milliseconds(until)))


def _next(connection: Connection, lane: str) -> int:
    return connection.execute(select(lanes.c.next).where(lanes.c.lane == lane)).scalar_one_or_none() or 0


def _move(connection: Connection, lane: str, moment: int) -> None:
    values = insert(lanes).values(lane=lane, next=moment)
    connection.execute(values.on_conflict_do_update(index_elements=[lanes.c.lane], set_={"next": moment}))


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * _MILLISECONDS)
