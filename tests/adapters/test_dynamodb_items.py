"""What one step costs on DynamoDB, how large it may be, and how its items look."""

import random
import zlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from mypy_boto3_dynamodb.client import DynamoDBClient

from shared import names
from shared.adapters.dynamodb_tables import create_tables
from shared.errors import PermanentError
from shared.ports.effects import PostedCard
from shared.ports.migrations import Watch
from state_schema.events import ChoicesOffered
from state_schema.migration import Migration, StepState, Track
from tests.adapters.store_subjects import Stores, dynamo_stores, new_tables
from tests.builders import NOW, A, a_commit, a_gate, a_migration, a_record, a_summary
from tests.engines import a_dynamodb_client

pytestmark = pytest.mark.engine
WATCH = Watch("pull_request:42/7", A, "shared", "infra.review")


@dataclass
class Traffic:
    """What went over the wire, request by request: the operation, bytes sent, bytes received."""

    calls: list[tuple[str, int, int]] = field(default_factory=list)

    def count(self, client: DynamoDBClient) -> None:
        """Counts what this client sends from now on."""
        client.meta.events.register("before-send.dynamodb", self._sent)
        client.meta.events.register("response-received.dynamodb", self._received)

    def taken(self) -> list[tuple[str, int, int]]:
        """What was counted since it was last asked."""
        taken, self.calls = self.calls, []
        return taken

    def _sent(self, request: Any, **_: object) -> None:
        self.calls.append((request.headers["X-Amz-Target"].decode().rpartition(".")[2], len(request.body), 0))

    def _received(self, response_dict: Any, **_: object) -> None:
        operation, sent, _nothing = self.calls.pop()
        self.calls.append((operation, sent, len(response_dict["body"])))


@dataclass
class Fresh:
    client: DynamoDBClient
    table: str
    stores: Stores
    traffic: Traffic

    def item(self, pk: str, sk: str) -> dict[str, Any]:
        return dict(self.client.get_item(TableName=self.table, Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"])


@pytest.fixture
def fresh(ministack: str) -> Fresh:
    client, traffic = a_dynamodb_client(ministack), Traffic()
    table, effects = new_tables(client)
    traffic.count(client)
    return Fresh(client, table, dynamo_stores(client, table, effects), traffic)


def a_busy_state(version: int) -> Migration:
    """A state in the middle of a migration, at any age."""
    steps = {f"infra.step_{number}": StepState(status="completed", attempt=1, since=NOW) for number in range(10)}
    return a_migration(version=version, tracks={"test": Track(status="in_progress", steps=steps)})


def events(fresh: Fresh, before: int, after: int) -> None:
    """Writes all events up to number `after`, as many at once as a step can."""
    for first in range(before, after, 99):
        version = min(first + 99, after)
        fresh.stores.migrations.save(a_commit(before=first, events=version - first, state=a_busy_state(version)))


def one_step(fresh: Fresh) -> list[tuple[str, int, int]]:
    """A step of two events that takes a slot and opens a watch; what it cost."""
    fresh.traffic.taken()
    view = fresh.stores.migrations.load(A).view
    version = view.state.version + 2
    fresh.stores.migrations.save(
        a_commit(
            before=view.state.version,
            events=2,
            state=a_busy_state(version),
            summary=a_summary(version=version),
            opened=frozenset({WATCH}),
            gate=a_gate(view.gate.version + 1),
            next_check_at=NOW,
        )
    )
    return fresh.traffic.taken()


def test_a_step_costs_the_same_at_event_10_000_as_at_event_10(fresh: Fresh) -> None:
    fresh.stores.with_campaign().migrations.save(a_commit(gate=a_gate(1)))
    fresh.stores.migrations.load(A)
    events(fresh, 1, 10)
    young = one_step(fresh)
    events(fresh, 12, 10_000)

    old = one_step(fresh)

    assert fresh.stores.migrations.load(A).view.state.version == 10_002
    assert [name for name, *_ in young] == ["TransactGetItems", "TransactWriteItems"]
    assert [name for name, *_ in old] == [name for name, *_ in young]
    assert [sizes for _, *sizes in old] == [pytest.approx(sizes, rel=0.05) for _, *sizes in young]


def test_the_pinned_plan_is_read_once_for_many_steps(fresh: Fresh) -> None:
    fresh.stores.with_campaign().migrations.save(a_commit())
    fresh.traffic.taken()

    for _ in range(3):
        fresh.stores.migrations.load(A)

    assert [name for name, *_ in fresh.traffic.taken()] == [
        "TransactGetItems",
        "GetItem",
        "TransactGetItems",
        "TransactGetItems",
    ]


def test_one_step_writes_a_hundred_items_and_no_more(fresh: Fresh) -> None:
    fresh.stores.with_campaign().migrations.save(a_commit(events=99))

    with pytest.raises(
        PermanentError, match=r"save airflow-3/alpha: it takes 101 writes at once, DynamoDB takes 100\."
    ):
        fresh.stores.migrations.save(a_commit(before=99, events=98, gate=a_gate(1), opened=frozenset({WATCH})))

    assert fresh.stores.migrations.load(A).view.state.version == 99


def test_a_long_list_of_choices_is_stored_compressed(fresh: Fresh) -> None:
    choices = tuple(f"team_{number % 50}_daily_export_of_table_{number}_to_the_warehouse" for number in range(5000))
    offered = a_record(1, ChoicesOffered(track="test", step="migrate.choose", attempt=1, choices=choices))

    fresh.stores.migrations.save(a_commit(records=(offered,)))

    assert fresh.stores.history.event(A, 1) == offered
    assert len(fresh.item(f"M#{A}", "E#00000001")["body"]["B"]) < 60_000


def test_an_event_beyond_an_items_size_is_refused_by_name(fresh: Fresh) -> None:
    noise = random.Random(1)
    choices = tuple(noise.randbytes(100).hex() for _ in range(5000))
    offered = a_record(1, ChoicesOffered(track="test", step="migrate.choose", attempt=1, choices=choices))

    with pytest.raises(PermanentError, match=r"event 1 of airflow-3/alpha has \d{6} bytes compressed, .* 390000"):
        fresh.stores.migrations.save(a_commit(records=(offered,)))

    assert fresh.stores.history.events(A) == ()


def test_the_state_item_is_as_documented(fresh: Fresh) -> None:
    commit = a_commit(summary=a_summary(wave=7), next_check_at=NOW)

    fresh.stores.migrations.save(commit)

    assert fresh.item(f"M#{A}", "STATE") == {
        "pk": {"S": "M#airflow-3/alpha"},
        "sk": {"S": "STATE"},
        "body": {"S": commit.state.model_dump_json(by_alias=True)},
        "version": {"N": "1"},
        "schema_version": {"N": "1"},
        "tail": {"S": commit.records[0].hash},
        "next_check_at": {"S": "2026-11-02T09:00:00.000000+00:00"},
        "due_shard": {"S": f"DUE#{zlib.crc32(A.encode()) % names.DUE_SHARDS}"},
        "campaign_key": {"S": "C#airflow-3"},
        "campaign_sort": {"S": "007#alpha"},
        "summary": {"S": commit.summary.model_dump_json(by_alias=True)},
    }


def test_a_finished_migration_is_not_in_the_index_of_due_times(fresh: Fresh) -> None:
    fresh.stores.migrations.save(a_commit(next_check_at=NOW))
    fresh.stores.migrations.save(a_commit(before=1))

    assert {"due_shard", "next_check_at"}.isdisjoint(fresh.item(f"M#{A}", "STATE"))


def test_a_card_lies_in_the_effects_table_and_never_expires(fresh: Fresh, ministack: str) -> None:
    effects = fresh.table.replace("-state", "-effects")
    fresh.stores.posted_cards.save(f"{A}#test", PostedCard("C0MIGRATE", "1700000000.000100", 7))

    (item,) = fresh.client.scan(TableName=effects)["Items"]

    assert item == {
        "pk": {"S": "CARD#airflow-3/alpha#test"},
        "channel": {"S": "C0MIGRATE"},
        "ts": {"S": "1700000000.000100"},
        "version": {"N": "7"},
        "told": {"N": "0"},
        "telling": {"N": "0"},
    }


def test_tables_that_are_there_are_left_as_they_are(fresh: Fresh) -> None:
    fresh.stores.with_campaign().migrations.save(a_commit())

    create_tables(fresh.client, fresh.table, fresh.table.replace("-state", "-effects"))

    assert fresh.stores.migrations.load(A).view.state.version == 1
