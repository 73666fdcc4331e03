"""The tables that mirror DynamoDB's state table: the same documents, with what is searched by in columns of its own."""

from typing import Final

from sqlalchemy import Column, Integer, Table, Text

from shared.adapters.sql_engine import metadata

states: Final = Table(
    "states",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("campaign", Text, nullable=False, index=True),
    Column("wave", Integer, nullable=False),
    Column("resource", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tail", Text, nullable=False),
    Column("next_check_at", Text, index=True),  # as `documents.stamp` writes it
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
)
events: Final = Table(
    "events",
    metadata,
    Column("migration", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
watches: Final = Table(
    "watches",
    metadata,
    Column("address", Text, primary_key=True),
    Column("migration", Text, primary_key=True),
    Column("track", Text, primary_key=True),
    Column("step", Text, primary_key=True),
)
gates: Final = Table(
    "gates",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
control_records: Final = Table(
    "control_records",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
campaigns: Final = Table(
    "campaigns",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
campaign_events: Final = Table(
    "campaign_events",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", Text, nullable=False),  # the whole record; before there were hashes, the campaign alone
)
campaign_tails: Final = Table(  # a column of `campaigns` would make files of earlier releases unusable
    "campaign_tails",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("tail", Text, nullable=False),
)
plans: Final = Table(
    "plans",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
cards: Final = Table(
    "cards",
    metadata,
    Column("card", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
