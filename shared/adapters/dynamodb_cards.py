"""Where cards were posted, in DynamoDB's effects table: a card shown newer is never noted as older."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared.adapters.dynamodb_client import calling, is_condition_failure
from shared.adapters.dynamodb_tables import EFFECT_KEY
from shared.ports.effects import PostedCard

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#   worker A, rendered 7         noted                worker B, rendered 8
#   update the card              6                    update the card
#                                8 <----------------- note 8 if 6 <= 8
#   note 7 if 8 <= 7: refused    8
NOTHING_NEWER_IS_NOTED: Final = (
    f"attribute_not_exists({EFFECT_KEY}) OR (#version <= :version AND (attribute_not_exists(told) OR told <= :told))"
)


class DynamoPostedCards:
    """The port PostedCards: `CARD#<migration>#<track>`, which never expires."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, card: str) -> PostedCard | None:
        with calling(f"read where the card {card} is"):
            answer = self._client.get_item(
                TableName=self._table, Key={EFFECT_KEY: {"S": f"CARD#{card}"}}, ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:
            return None
        numbers = {name: int(item[name]["N"]) if name in item else 0 for name in ("version", "told", "telling")}
        return PostedCard(item["channel"]["S"], item["ts"]["S"], **numbers)

    def save(self, card: str, posted: PostedCard) -> None:
        with calling(f"note where the card {card} is"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        EFFECT_KEY: {"S": f"CARD#{card}"},
                        "channel": {"S": posted.channel},
                        "ts": {"S": posted.ts},
                        "version": {"N": str(posted.version)},
                        "told": {"N": str(posted.told)},
                        "telling": {"N": str(posted.telling)},
                    },
                    ConditionExpression=NOTHING_NEWER_IS_NOTED,
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={
                        ":version": {"N": str(posted.version)},
                        ":told": {"N": str(posted.told)},
                    },
                )
            except ClientError as exc:
                if not is_condition_failure(exc):
                    raise
