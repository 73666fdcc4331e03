"""What is read beside the step on DynamoDB: history, watches, the lists of people, and what is due."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared import names
from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import LAST_EVENT, moment, read, stamp
from shared.adapters.dynamodb_client import Item, all_items, calling, is_condition_failure, unpacked
from shared.adapters.missing import no_event
from shared.ports.migrations import Watch
from state_schema.events import Recorded
from state_schema.summary import Summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#   sweep A            next_check_at             sweep B, or a step
#   due: 09:00 <------ 09:00 ------------------> due: 09:00
#   09:05 if 09:00 --> 09:05
#                      09:05 <------------------ 09:05 if 09:00: refused, A looks at it
#
# Where A dies, it is due again at 09:05. A step writes a next_check_at of its own and asks for nothing but its version.
IS_STILL_DUE_THEN: Final = "next_check_at = :seen"
PAGE: Final = 1000
"""Items that one query asks for at most."""


class DynamoHistory:
    """The port History."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        if limit < 1 or after >= LAST_EVENT:
            return ()
        items = all_items(
            self._client,
            f"read the history of {migration}",
            TableName=self._table,
            ConsistentRead=True,
            Limit=min(limit, PAGE),
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": keys.migration_pk(migration)},
                ":first": {"S": keys.event_sk(max(after, 0) + 1)},
                ":last": {"S": keys.event_sk(LAST_EVENT)},
            },
        )
        return tuple(_recorded(migration, item) for item in islice(items, limit))

    def event(self, migration: str, number: int) -> Recorded:
        with calling(f"read event {number} of {migration}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=keys.key(keys.migration_pk(migration), keys.event_sk(number)),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            raise no_event(migration, number)
        return _recorded(migration, answer["Item"])


class DynamoMigrationIndex:
    """The port MigrationIndex, on the index by_campaign."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def in_campaign(self, campaign: str, wave: int | None = None) -> Iterable[Summary]:
        condition, values = "campaign_key = :campaign", {":campaign": {"S": keys.campaign_pk(campaign)}}
        if wave is not None:
            condition += " AND begins_with(campaign_sort, :wave)"
            values[":wave"] = {"S": keys.wave_prefix(wave)}
        rows = all_items(
            self._client,
            f"list the migrations of {campaign}",
            TableName=self._table,
            IndexName=names.BY_CAMPAIGN,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        for row in rows:
            yield read(Summary, unpacked(row, "summary"), f"the summary of {row['pk']['S']}")


class DynamoDueTimes:
    """The port DueTimes, on the index by_due; a claim is settled by the state item itself."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        found = [row for shard in range(names.DUE_SHARDS) for row in self._of_shard(shard, limit, now)]
        return sorted(found, key=lambda row: (row[1], row[0]))[: max(limit, 0)]

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        with calling(f"claim {migration}"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=keys.key(keys.migration_pk(migration), keys.STATE),
                    UpdateExpression="SET next_check_at = :until",
                    ConditionExpression=IS_STILL_DUE_THEN,
                    ExpressionAttributeValues={":seen": {"S": stamp(seen)}, ":until": {"S": stamp(until)}},
                )
            except ClientError as exc:
                if is_condition_failure(exc):
                    return False
                raise
        return True

    def next_due(self) -> datetime | None:
        return min((at for shard in range(names.DUE_SHARDS) for _, at in self._of_shard(shard, 1)), default=None)

    def _of_shard(self, shard: int, limit: int, now: datetime | None = None) -> Iterator[tuple[str, datetime]]:
        if limit < 1:
            return
        condition, values = "due_shard = :shard", {":shard": {"S": keys.due_shard(shard)}}
        if now is not None:
            condition += " AND next_check_at <= :now"
            values[":now"] = {"S": stamp(now)}
        items = all_items(
            self._client,
            "read what is due",
            TableName=self._table,
            IndexName=names.BY_DUE,
            Limit=min(limit, PAGE),
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        for item in islice(items, limit):
            yield item["pk"]["S"].removeprefix(keys.migration_pk("")), moment(item["next_check_at"]["S"])


class DynamoWatches:
    """The port Watches."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def watching(self, address: str) -> Sequence[Watch]:
        items = all_items(
            self._client,
            f"read who waits for {address}",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.watch_pk(address)}},
        )
        return tuple(Watch(address, *item["sk"]["S"].split("#")) for item in items)


def _recorded(migration: str, item: Item) -> Recorded:
    return read(Recorded, unpacked(item), f"event {item['sk']['S']} of {migration}", "recorded")
