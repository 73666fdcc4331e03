"""Turns in DynamoDB's effects table: the next free moment of each lane, and the turns of those who wait."""

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared.adapters.dynamodb_client import calling, is_condition_failure
from shared.adapters.dynamodb_tables import EFFECT_KEY, EXPIRES
from shared.errors import RetryableError
from shared.ports.pace import LATE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

#   worker A, at 100             next                 worker B, at 100
#   free? next <= 100: yes       99
#   next = 100 + every           101
#                                101                  free? next <= 100: no
#                                102 <--------------- queue: next + every, where next > 100; its turn is 101
FREE: Final = "attribute_not_exists(#next) OR #next <= :now"
TAKEN: Final = "#next > :now"
_TRIES: Final = 5
_KEPT: Final = 86_400
"""Seconds that a turn or lane which nobody asks for is kept."""
_MILLISECONDS: Final = 1000


class DynamoPace:
    """The port Pace: `PACE#<lane>` has the next free moment, `PACE#<lane>#<who>` a turn; milliseconds since 1970."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def turn(self, lane: str, who: str, now: datetime, every: float) -> float:
        at, waiting = _milliseconds(now), f"PACE#{lane}#{who}"
        with calling(f"ask for a turn at {lane}"):
            mine = self._waiting(waiting)
            if mine is not None and at < mine:
                return (mine - at) / _MILLISECONDS
            if mine is not None:
                self._client.delete_item(TableName=self._table, Key=_key(waiting))
                if at - mine <= LATE * _MILLISECONDS:
                    return 0.0
            mine = self._next(f"PACE#{lane}", at, ceil(every * _MILLISECONDS))
            if mine > at:
                self._put(waiting, "turn", mine)
        return (mine - at) / _MILLISECONDS

    def hold(self, lane: str, until: datetime) -> None:
        with calling(f"hold the lane {lane}"):
            self._move(f"PACE#{lane}", "SET #next = :then, #expires = :gone", FREE, _milliseconds(until), 0)

    def _next(self, lane: str, at: int, every: int) -> int:
        """The next free moment, which is taken then."""
        for _ in range(_TRIES):
            if self._move(lane, "SET #next = :then, #expires = :gone", FREE, at, every) is not None:
                return at
            moved = self._move(lane, "SET #next = #next + :every, #expires = :gone", TAKEN, at, every)
            if moved is not None:
                return moved - every
        raise RetryableError(f"Many ask for a turn at {lane} at once. Try again.")

    def _move(self, lane: str, update: str, condition: str, at: int, every: int) -> int | None:
        """The lane's next free moment after the update; None where the condition did not hold."""
        values = {":now": at, ":then": at + every, ":every": every, ":gone": at // _MILLISECONDS + _KEPT}
        used = {name: _number(value) for name, value in values.items() if name in update + condition}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(lane),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#next": "next", "#expires": EXPIRES},
                ExpressionAttributeValues=used,
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as exc:
            if not is_condition_failure(exc):
                raise
            return None
        return int(answer["Attributes"]["next"]["N"])

    def _waiting(self, item: str) -> int | None:
        found = self._client.get_item(TableName=self._table, Key=_key(item), ConsistentRead=True).get("Item")
        return None if found is None else int(found["turn"]["N"])

    def _put(self, item: str, name: str, at: int) -> None:
        kept = _number(at // _MILLISECONDS + _KEPT)
        self._client.put_item(TableName=self._table, Item={**_key(item), name: _number(at), EXPIRES: kept})


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * _MILLISECONDS)


def _key(item: str) -> "dict[str, AttributeValueTypeDef]":
    return {EFFECT_KEY: {"S": item}}


def _number(value: int) -> "AttributeValueTypeDef":
    return {"N": str(value)}
