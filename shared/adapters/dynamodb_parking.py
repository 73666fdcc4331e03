"""What was parked, on DynamoDB: `P#<campaign>` / `<time>#<id>`, without any expiry."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import read, written
from shared.adapters.dynamodb_client import Item, all_items, calling, is_condition_failure, packed, unpacked
from shared.adapters.dynamodb_commit import IS_NOT_THERE_YET
from shared.adapters.missing import no_parked
from state_schema.model import SCHEMA_VERSION
from state_schema.parked import Parked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoParking:
    """The port Parking."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def add(self, item: Parked) -> bool:
        document: Item = {
            **keys.parked_key(item),
            "body": packed(written(item), f"the parked item {item.id}"),
            "schema_version": {"N": str(SCHEMA_VERSION)},
        }
        with calling(f"park {item.id}"):
            try:
                self._client.put_item(TableName=self._table, Item=document, ConditionExpression=IS_NOT_THERE_YET)
            except ClientError as exc:
                if is_condition_failure(exc):
                    return False
                raise
        return True

    def in_campaign(self, campaign: str | None) -> Sequence[Parked]:
        return tuple(item for item in map(_read, self._items(campaign)) if item.campaign == campaign)

    def load(self, campaign: str | None, item: str) -> Parked:
        for found in self._items(campaign):
            if _id(found) == item:
                return _read(found)
        raise no_parked(item)

    def remove(self, item: Parked) -> None:
        with calling(f"remove the parked item {item.id}"):
            self._client.delete_item(TableName=self._table, Key=keys.parked_key(item))

    def _items(self, campaign: str | None) -> Iterator[Item]:
        return all_items(
            self._client,
            "list what is parked",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.parked_pk(campaign)}},
        )


def _id(item: Item) -> str:
    return item["sk"]["S"].rpartition("#")[2]


def _read(item: Item) -> Parked:
    return read(Parked, unpacked(item), f"the parked item {_id(item)}", "parked")
