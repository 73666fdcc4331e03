"""Members of Slack's user groups in SQL: one row a campaign, read together with it."""

from typing import Final

from sqlalchemy import Column, Engine, Table, Text, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from shared.adapters.documents import read, stamp, written
from shared.adapters.sql_engine import metadata, reading, writing
from state_schema.memberships import Memberships

memberships: Final = Table(
    "memberships",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("at", Text, nullable=False),  # as `documents.stamp` writes it
    Column("body", Text, nullable=False),
)

#   sweep A, read at 9:00        stored               sweep B, read at 9:05
#                                9:05 <-------------- put 9:05 where 8:55 < 9:05
#   put 9:00 where 9:05 < 9:00: no row is hit, and nobody who left comes back
IS_OLDER: Final = memberships.c.at < bindparam("put_together")


class SqlGroups:
    """The port Groups."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, campaign: str) -> Memberships | None:
        wanted = select(memberships.c.body).where(memberships.c.campaign == campaign)
        with reading(self._engine) as connection:
            body = connection.execute(wanted).scalar_one_or_none()
        return None if body is None else read_memberships(body, campaign)

    def save(self, snapshot: Memberships) -> bool:
        campaign, row = snapshot.campaign, {"at": stamp(snapshot.at), "body": written(snapshot)}
        newer = update(memberships).where(memberships.c.campaign == campaign, IS_OLDER).values(row)
        first = insert(memberships).values(campaign=campaign, **row).on_conflict_do_nothing()
        with writing(self._engine) as connection:
            if connection.execute(first).rowcount:
                return True
            return bool(connection.execute(newer, {"put_together": row["at"]}).rowcount)


def read_memberships(body: str, campaign: str) -> Memberships:
    """The document of a row."""
    return read(Memberships, body, f"the members of the groups of {campaign}", "memberships")
