"""The embedded queues' tables, and the statements on them: built once, because building one takes longer than running it."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from shared.adapters.sql_engine import metadata

messages: Final = Table(
    "queue_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("visible_at", BigInteger, nullable=False),  # milliseconds since 1970
    Column("receives", Integer, nullable=False, default=0),
    Column("in_flight", Boolean, nullable=False, default=False),  # received, and not given back
    Index("queue_messages_of_queue", "queue", "id"),
    Index("queue_messages_received", "queue", "visible_at", "group", sqlite_where=text("receives > 0")),
    sqlite_autoincrement=True,  # an id is never used again, so that an old receipt fits no new message
)
correlations: Final = Table(  # a column of `queue_messages` would make files of earlier releases unusable
    "queue_correlations",
    metadata,
    Column("message", Integer, primary_key=True, autoincrement=False),
    Column("correlation", Text, nullable=False),
)
keys: Final = Table(
    "queue_keys",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)

BUSY: Final = select(messages.c.group).where(
    messages.c.queue == bindparam("q"), messages.c.visible_at > bindparam("now"), text("receives > 0")
)
"""A message in flight, or given back with a delay, blocks all of its FIFO group."""
NEXT: Final = (
    select(messages, correlations.c.correlation)
    .select_from(messages.outerjoin(correlations, correlations.c.message == messages.c.id))
    .where(messages.c.queue == bindparam("q"), messages.c.visible_at <= bindparam("now"))
    .order_by(messages.c.id)
    .limit(bindparam("limit"))
)
NEXT_IN_ORDER: Final = NEXT.where(messages.c.group.not_in(BUSY))
TAKE: Final = (
    update(messages)
    .where(messages.c.id.in_(bindparam("ids", expanding=True)))
    .values(visible_at=bindparam("until"), receives=messages.c.receives + 1, in_flight=True)
)
THIS_RECEIVE: Final = (
    (messages.c.queue == bindparam("q")) & (messages.c.id == bindparam("n")) & (messages.c.receives == bindparam("nth"))
)
DELETE: Final = delete(messages).where(THIS_RECEIVE)
RELEASE: Final = (
    update(messages).where(THIS_RECEIVE, messages.c.in_flight).values(visible_at=bindparam("until"), in_flight=False)
)
FORGET_KEYS: Final = delete(keys).where(keys.c.until <= bindparam("now"))
NOTE_KEY: Final = insert(keys).on_conflict_do_nothing()
DEPTHS: Final = select(messages.c.queue, func.count()).group_by(messages.c.queue)
SEND: Final = insert(messages)
CORRELATE: Final = insert(correlations)
FORGET_CORRELATION: Final = delete(correlations).where(correlations.c.message == bindparam("n"))
