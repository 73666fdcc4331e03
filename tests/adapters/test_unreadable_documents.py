"""A stored document that cannot be read, or that a later release wrote, is named and left as it is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from shared.adapters import dynamodb_keys as keys
from shared.adapters.dynamodb_client import Item
from shared.adapters.sql_engine import open_engine, reading, writing
from shared.adapters.sql_parking import parked
from shared.adapters.sql_tables import campaigns, events, gates, plans, states
from shared.errors import PermanentError
from state_schema.parked import Parked
from tests.adapters.store_subjects import Stores, dynamo_stores, new_tables, sql_stores
from tests.builders import NOW, A, a_commit, a_gate
from tests.engines import a_dynamodb_client

CAMPAIGN = "C#airflow-3"
PARKED = Parked(id="a" * 16, at=NOW, campaign="airflow-3", queue="signals-dead", raw="garbage", size=7)
IN_DYNAMODB: dict[str, tuple[Item, str]] = {
    "state": (keys.key(f"M#{A}", "STATE"), "body"),
    "event": (keys.key(f"M#{A}", "E#00000001"), "body"),
    "summary": (keys.key(f"M#{A}", "STATE"), "summary"),
    "campaign": (keys.key(CAMPAIGN, "STATE"), "body"),
    "gate": (keys.key(CAMPAIGN, "GATE"), "body"),
    "plan": (keys.plan_key("airflow-3", 1), "body"),
    "parked": (keys.parked_key(PARKED), "body"),
}
IN_SQL: dict[str, tuple[Table, str]] = {
    "state": (states, "body"),
    "event": (events, "body"),
    "summary": (states, "summary"),
    "campaign": (campaigns, "body"),
    "gate": (gates, "body"),
    "plan": (plans, "body"),
    "parked": (parked, "body"),
}
READS: dict[str, Callable[[Stores], object]] = {
    "state": lambda stores: stores.migrations.load(A),
    "event": lambda stores: stores.history.events(A),
    "summary": lambda stores: list(stores.index.in_campaign("airflow-3")),
    "campaign": lambda stores: stores.migrations.load(A),
    "gate": lambda stores: stores.migrations.load(A),
    "plan": lambda stores: stores.plans.load("airflow-3@1"),
    "parked": lambda stores: stores.parked.in_campaign("airflow-3"),
}
NAMES = {
    "state": "the state of airflow-3/alpha",
    "event": "event (1|E#00000001) of airflow-3/alpha",
    "summary": "the summary of (M#)?airflow-3/alpha",
    "campaign": "the campaign airflow-3",
    "gate": "the gate of airflow-3",
    "plan": "the plan airflow-3@1",
    "parked": "the parked item aaaaaaaaaaaaaaaa",
}


@dataclass
class Stored:
    """Stores with one migration in them, and a way past them to what is stored."""

    stores: Stores
    get: Callable[[str], str]
    put: Callable[[str, str], None]


def _sqlite(request: pytest.FixtureRequest) -> Stored:
    path: Path = request.getfixturevalue("tmp_path")
    engine = open_engine(str(path / "waymark.db"))
    request.addfinalizer(engine.dispose)

    def get(kind: str) -> str:
        table, column = IN_SQL[kind]
        with reading(engine) as connection:
            return str(connection.execute(select(table.c[column])).scalar_one())

    def put(kind: str, text: str) -> None:
        table, column = IN_SQL[kind]
        with writing(engine) as connection:
            connection.execute(update(table).values({column: text}))

    return Stored(sql_stores(engine), get, put)


def _ministack(request: pytest.FixtureRequest) -> Stored:
    client = a_dynamodb_client(request.getfixturevalue("ministack"))
    table, effects = new_tables(client)

    def get(kind: str) -> str:
        key, attribute = IN_DYNAMODB[kind]
        return client.get_item(TableName=table, Key=key)["Item"][attribute]["S"]

    def put(kind: str, text: str) -> None:
        key, attribute = IN_DYNAMODB[kind]
        client.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #body = :text",
            ExpressionAttributeNames={"#body": attribute},
            ExpressionAttributeValues={":text": {"S": text}},
        )

    return Stored(dynamo_stores(client, table, effects), get, put)


@pytest.fixture(params=[_sqlite, pytest.param(_ministack, marks=pytest.mark.engine)])
def stored(request: pytest.FixtureRequest) -> Stored:
    made: Stored = request.param(request)
    made.stores.with_campaign().migrations.save(a_commit(gate=a_gate(1)))
    made.stores.parked.add(PARKED)
    return made


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize("text", ["{", "[]", "null", '"text"', "{}", '{"unknown": 1}', "\u0000"])
def test_what_cannot_be_read_is_named_and_left(stored: Stored, kind: str, text: str) -> None:
    stored.put(kind, text)

    with pytest.raises(PermanentError, match=rf"{NAMES[kind]} cannot be read: .*It is left as it is") as refused:
        READS[kind](stored.stores)

    assert refused.value.code == "unreadable"
    assert stored.get(kind) == text


@pytest.mark.parametrize("kind", ["state", "event", "campaign", "gate", "parked"])
@pytest.mark.parametrize("version", [2, 99, 0, -1, "1", None])
def test_what_a_later_release_wrote_is_named_and_left(stored: Stored, kind: str, version: Any) -> None:
    text = json.dumps({**json.loads(stored.get(kind)), "schema_version": version})
    stored.put(kind, text)

    with pytest.raises(PermanentError, match=rf"{NAMES[kind]} cannot be read: this \w+ has .*schema.version"):
        READS[kind](stored.stores)

    assert stored.get(kind) == text


def test_an_error_does_not_repeat_what_is_stored(stored: Stored) -> None:
    stored.put("campaign", json.dumps({**json.loads(stored.get("campaign")), "channel": "not a channel " + "x" * 9000}))

    with pytest.raises(PermanentError, match="channel: String should match pattern") as refused:
        READS["campaign"](stored.stores)

    assert len(str(refused.value)) < 300
