"""Acts on a whole campaign in DynamoDB: the gate under its version, and one record, in one transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import read, written
from shared.adapters.dynamodb_client import Item, all_items, calling, cancellations, transact, unpacked
from shared.adapters.dynamodb_commit import IS_NOT_THERE_YET, gate_item, versioned
from shared.errors import StaleStateError
from state_schema.control import ControlRecorded
from state_schema.gate import Gate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoControls:
    """The port Controls."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def gate(self, campaign: str) -> Gate:
        with calling(f"read the gate of {campaign}"):
            answer = self._client.get_item(
                TableName=self._table, Key=keys.key(keys.campaign_pk(campaign), keys.GATE), ConsistentRead=True
            )
        if "Item" not in answer:
            return Gate(campaign=campaign)
        return read(Gate, unpacked(answer["Item"]), f"the gate of {campaign}", "gate")

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        doing = f"save the gate of {gate.campaign}"
        event = {
            **keys.key(keys.campaign_pk(gate.campaign), keys.control_sk(record.number)),
            "body": {"S": written(record)},
        }
        with calling(doing):
            try:
                transact(
                    self._client,
                    [
                        {"Put": versioned(self._table, gate_item(gate), gate.version - 1)},
                        {"Put": {"TableName": self._table, "Item": event, "ConditionExpression": IS_NOT_THERE_YET}},
                    ],
                    doing,
                )
            except ClientError as exc:
                if not {"ConditionalCheckFailed", "TransactionConflict"}.isdisjoint(cancellations(exc)):
                    raise StaleStateError(f"the gate of {gate.campaign} was changed meanwhile") from exc
                raise

    def records(self, campaign: str) -> Sequence[ControlRecorded]:
        items = all_items(
            self._client,
            f"read the acts on {campaign}",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": keys.campaign_pk(campaign)}, ":prefix": {"S": keys.CONTROL_PREFIX}},
        )
        return tuple(
            read(ControlRecorded, unpacked(item), f"act {_number(item)} on {campaign}", "control") for item in items
        )


def _number(item: Item) -> str:
    """As it is stored, without the zeros in front."""
    return item["sk"]["S"].removeprefix(keys.CONTROL_PREFIX).lstrip("0")
