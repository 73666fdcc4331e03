"""What was parked, in SQL: one row an item, sorted by when somebody acted."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Engine, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from shared.adapters.documents import read, stamp, written
from shared.adapters.missing import no_parked
from shared.adapters.sql_engine import metadata, reading, writing
from state_schema.parked import Parked

parked: Final = Table(
    "parked",
    metadata,
    Column("campaign", Text, primary_key=True),  # empty where it is not known
    Column("at", Text, primary_key=True),  # as `documents.stamp` writes it
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)


class SqlParking:
    """The port Parking."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, item: Parked) -> bool:
        row = {**_key(item), "body": written(item)}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(parked).values(row))
        except IntegrityError:
            return False
        return True

    def in_campaign(self, campaign: str | None) -> Sequence[Parked]:
        wanted = select(parked.c.id, parked.c.body).where(parked.c.campaign == (campaign or ""))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted.order_by(parked.c.at, parked.c.id)).all()
        return tuple(_read(*row) for row in rows)

    def load(self, campaign: str | None, item: str) -> Parked:
        wanted = select(parked.c.body).where(parked.c.campaign == (campaign or ""), parked.c.id == item)
        with reading(self._engine) as connection:
            body = connection.execute(wanted.order_by(parked.c.at).limit(1)).scalar_one_or_none()
        if body is None:
            raise no_parked(item)
        return _read(item, body)

    def remove(self, item: Parked) -> None:
        key = _key(item)
        with writing(self._engine) as connection:
            connection.execute(delete(parked).where(*(parked.c[name] == value for name, value in key.items())))


def _key(item: Parked) -> dict[str, str]:
    return {"campaign": item.campaign or "", "at": stamp(item.at), "id": item.id}


def _read(item: str, body: str) -> Parked:
    return read(Parked, body, f"the parked item {item}", "parked")
