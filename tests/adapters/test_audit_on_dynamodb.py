"""The audit finds on DynamoDB what it finds on SQLite, and reads its histories the same way."""

import json
from typing import Any

import pytest
from mypy_boto3_dynamodb.client import DynamoDBClient

from shared.adapters import dynamodb_keys as keys
from shared.adapters.dynamodb_client import packed, unpacked
from shared.app.audit import audit_acts, audit_applications, audit_migration, migrations_of
from shared.domain.audit_findings import Audited
from shared.domain.history import chained
from shared.ports.campaigns import CampaignCommit
from shared.ports.store import Store
from state_schema.model import SCHEMA_VERSION
from tests.adapters.store_subjects import dynamo_stores, new_tables
from tests.adapters.test_controls_contract import paused
from tests.builders import ACTOR, CAMPAIGN, NOW, A, B, a_campaign
from tests.engines import a_dynamodb_client
from tests.histories import store_histories

pytestmark = pytest.mark.engine
LENGTH = 12


class Table:
    """Two migrations of twelve events in a table, and a way past everything that guards it."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.client = client
        self.name, effects = new_tables(client)
        made = dynamo_stores(client, self.name, effects)
        self.store = Store(
            campaigns=made.campaigns, controls=made.controls, plans=made.plans,
            index=made.index, migrations=made.migrations, history=made.history, watches=made.watches,
            groups=made.groups,
        )  # fmt: skip
        store_histories(self.store, LENGTH)

    def body(self, sk: str) -> str:
        return unpacked(self.client.get_item(TableName=self.name, Key=keys.key(keys.migration_pk(A), sk))["Item"])

    def put(self, sk: str, value: Any) -> None:
        item = {**keys.key(keys.migration_pk(A), sk), "body": value}
        self.client.put_item(TableName=self.name, Item=item)

    def drop(self, sk: str) -> None:
        self.client.delete_item(TableName=self.name, Key=keys.key(keys.migration_pk(A), sk))

    def found(self) -> list[tuple[int | None, str]]:
        assert audit_migration(B, store=self.store).findings == ()
        return [(one.number, one.problem) for one in audit_migration(A, store=self.store).findings]


@pytest.fixture
def table(ministack: str) -> Table:
    return Table(a_dynamodb_client(ministack))


def test_what_nobody_touched_is_intact(table: Table) -> None:
    listed = migrations_of(CAMPAIGN, store=table.store)

    assert listed.migrations == (A, B)
    assert listed.findings == ()
    assert audit_acts(CAMPAIGN, store=table.store) == Audited(0, None, ())
    applied = table.store.campaigns.history(CAMPAIGN)
    assert audit_applications(CAMPAIGN, store=table.store) == Audited(1, applied.tail, (), chained_from=1)
    assert table.found() == []
    assert audit_migration(A, store=table.store).events == LENGTH


def test_an_application_that_was_changed_or_removed_is_found(table: Table) -> None:
    for before in (1, 2):
        table.store.campaigns.save(CampaignCommit(before, a_campaign(channel=f"C{before}"), ACTOR, NOW))
    second = keys.key(keys.campaign_pk(CAMPAIGN), keys.event_sk(2))
    table.client.update_item(
        TableName=table.name, Key=second,
        UpdateExpression="SET actor = :x", ExpressionAttributeValues={":x": {"S": "principal:mallory"}},
    )  # fmt: skip
    assert [(one.number, one.problem) for one in audit_applications(CAMPAIGN, store=table.store).findings] == [
        (2, "changed")
    ]

    table.client.delete_item(TableName=table.name, Key=second)
    assert [(one.number, one.problem) for one in audit_applications(CAMPAIGN, store=table.store).findings] == [
        (2, "removed")
    ]


def test_applications_from_before_there_were_hashes_are_read_and_nothing_is_proved_of_them(table: Table) -> None:
    campaign = keys.campaign_pk(CAMPAIGN)
    names = {"#p": "previous", "#h": "hash"}
    table.client.update_item(
        TableName=table.name, Key=keys.key(campaign, keys.event_sk(1)),
        UpdateExpression="REMOVE #p, #h", ExpressionAttributeNames=names,
    )  # fmt: skip
    table.client.update_item(
        TableName=table.name, Key=keys.key(campaign, keys.STATE),
        UpdateExpression="REMOVE #t", ExpressionAttributeNames={"#t": "tail"},
    )  # fmt: skip
    assert audit_applications(CAMPAIGN, store=table.store) == Audited(1, None, (), unchained=1)

    table.store.campaigns.save(CampaignCommit(1, a_campaign(channel="C0OTHER"), ACTOR, NOW))

    tail = table.store.campaigns.history(CAMPAIGN).tail
    assert audit_applications(CAMPAIGN, store=table.store) == Audited(2, tail, (), chained_from=2, unchained=1)


def test_an_act_in_anothers_place_is_found(table: Table) -> None:
    act, tail = paused(1)[1], ""
    for version in (1, 2, 3):
        gate, act = paused(version)
        act = chained(act, tail)
        tail = act.hash or ""
        table.store.controls.save(gate.model_copy(update={"tail": tail}), act)
    assert audit_acts(CAMPAIGN, store=table.store) == Audited(3, tail, (), chained_from=1)

    place = keys.key(keys.campaign_pk(CAMPAIGN), keys.control_sk(1))
    table.client.put_item(TableName=table.name, Item={**place, "body": {"S": act.model_dump_json()}})

    assert [(one.number, one.problem) for one in audit_acts(CAMPAIGN, store=table.store).findings] == [
        (2, "moved"), (2, "removed")
    ]  # fmt: skip


def test_a_changed_event_is_found(table: Table) -> None:
    seventh = keys.event_sk(7)
    table.put(seventh, {"S": table.body(seventh).replace('"done":7', '"done":8')})

    assert table.found() == [(7, "changed")]


@pytest.mark.parametrize("number", [1, 7, 12])
def test_a_removed_event_is_found(table: Table, number: int) -> None:
    table.drop(keys.event_sk(number))

    assert table.found() == [(number, "removed")]


def test_an_event_inserted_at_the_end_is_found(table: Table) -> None:
    table.put(keys.event_sk(13), {"S": table.body(keys.event_sk(12))})

    assert table.found() == [(13, "doubled")]


def test_two_events_in_each_others_place_are_found(table: Table) -> None:
    fifth, ninth = table.body(keys.event_sk(5)), table.body(keys.event_sk(9))
    table.put(keys.event_sk(5), {"S": ninth})
    table.put(keys.event_sk(9), {"S": fifth})

    assert table.found() == [(5, "moved"), (9, "moved")]


@pytest.mark.parametrize(
    "value", [{"S": "{"}, {"B": b"not compressed"}, packed("{" * 20_000, "x"), {"N": "7"}, {"S": ""}]
)
def test_an_event_that_cannot_be_read_is_found(table: Table, value: Any) -> None:
    table.put(keys.event_sk(7), value)

    assert table.found() == [(7, "unreadable")]


def test_an_event_of_a_later_release_behind_a_gap_is_found(table: Table) -> None:
    later = json.loads(table.body(keys.event_sk(9))) | {"schema_version": SCHEMA_VERSION + 1}
    table.put(keys.event_sk(9), {"S": json.dumps(later)})
    table.drop(keys.event_sk(8))

    assert table.found() == [(8, "removed"), (9, "unreadable")]
