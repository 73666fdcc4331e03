"""Members of Slack's user groups in DynamoDB: one item a campaign, beside it, so that a step reads both at once."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import read, stamp, written
from shared.adapters.dynamodb_client import Item, calling, is_condition_failure, packed, unpacked
from state_schema.memberships import Memberships
from state_schema.model import SCHEMA_VERSION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#   sweep A, read at 9:00        stored               sweep B, read at 9:05
#                                9:05 <-------------- put 9:05 if 8:55 < 9:05
#   put 9:00 if 9:05 < 9:00: refused, and nobody who left comes back
IS_OLDER: Final = "attribute_not_exists(pk) OR put_together_at < :at"


class DynamoGroups:
    """The port Groups."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, campaign: str) -> Memberships | None:
        with calling(f"read the members of the groups of {campaign}"):
            answer = self._client.get_item(TableName=self._table, Key=groups_key(campaign), ConsistentRead=True)
        return read_memberships(answer["Item"], campaign) if "Item" in answer else None

    def save(self, snapshot: Memberships) -> bool:
        what = f"the members of the groups of {snapshot.campaign}"
        item: Item = {
            **groups_key(snapshot.campaign),
            "put_together_at": {"S": stamp(snapshot.at)},
            "body": packed(written(snapshot), what),
            "schema_version": {"N": str(SCHEMA_VERSION)},
        }
        with calling(f"save {what}"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=IS_OLDER,
                    ExpressionAttributeValues={":at": item["put_together_at"]},
                )
            except ClientError as exc:
                if is_condition_failure(exc):
                    return False
                raise
        return True


def groups_key(campaign: str) -> Item:
    """`C#<campaign>` / `GROUPS`."""
    return keys.key(keys.campaign_pk(campaign), keys.GROUPS)


def read_memberships(item: Item, campaign: str) -> Memberships:
    """The document of an item."""
    return read(Memberships, unpacked(item), f"the members of the groups of {campaign}", "memberships")
