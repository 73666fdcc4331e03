"""The one way to DynamoDB: a client that gives up in time, its errors as ours, and what an item may hold."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.aws_errors import error_code, translated
from shared.errors import PermanentError, RetryableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

Item: TypeAlias = "dict[str, AttributeValueTypeDef]"
"""Attribute name to `{"S": text}`, `{"N": digits}` or `{"B": bytes}`."""

# botocore gives TransactWriteItems a token of its own, so that a call it sends again is not done again.
CLIENT: Final = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
ACTIONS: Final = 100
"""DynamoDB's limit of actions in one transaction."""
ITEM_LIMIT: Final = 390_000
"""Bytes of a body; DynamoDB's limit of 400 KB counts names and keys too."""
_PACKED_FROM: Final = 16 * 1024
_BUSY: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


def dynamodb_client(endpoint: str | None = None) -> "DynamoDBClient":
    """A client with short time-outs; the endpoint is boto3's own choice (`AWS_ENDPOINT_URL`) where none is given."""
    return boto3.client("dynamodb", endpoint_url=endpoint, config=CLIENT)


@contextmanager
def calling(doing: str) -> Iterator[None]:
    """Translates what DynamoDB raises in the block; `doing` completes the sentence "Could not ..."."""
    try:
        yield
    except ClientError as exc:
        busy = _BUSY.intersection(cancellations(exc))
        if busy:
            raise RetryableError(
                f"Could not {doing}: DynamoDB is busy ({', '.join(sorted(busy))}). Try again."
            ) from exc
        raise translated(exc, doing) from exc
    except BotoCoreError as exc:
        raise translated(exc, doing) from exc


def is_condition_failure(error: ClientError) -> bool:
    """Whether the condition of a single write did not hold."""
    return error_code(error) == "ConditionalCheckFailedException"


def cancellations(error: ClientError) -> Sequence[str]:
    """Why a transaction was cancelled, one word per action (`None`: not because of this one); empty for other errors."""
    reasons = error.response.get("CancellationReasons", [])
    return [reason.get("Code", "None") for reason in reasons]


def transact(client: "DynamoDBClient", actions: Sequence["TransactWriteItemTypeDef"], doing: str) -> None:
    """Writes all or nothing. PermanentError where it is more than DynamoDB takes at once; a ClientError comes as it is."""
    if len(actions) > ACTIONS:
        raise PermanentError(
            f"Could not {doing}: it takes {len(actions)} writes at once, DynamoDB takes {ACTIONS}. Do less in one step.",
            code="too_many_writes",
        )
    client.transact_write_items(TransactItems=actions)


def packed(text: str, item: str) -> "AttributeValueTypeDef":
    """A document as an attribute: text as long as it is short, compressed when it is long; PermanentError beyond 390 KB."""
    raw = text.encode()
    short = len(raw) <= _PACKED_FROM
    size = len(raw) if short else len(raw := zlib.compress(raw))
    if size > ITEM_LIMIT:
        raise PermanentError(
            f"{item} has {size} bytes compressed, DynamoDB takes {ITEM_LIMIT}: split it", code="item_too_large"
        )
    return {"S": text} if short else {"B": raw}


def unpacked(item: Mapping[str, "AttributeValueTypeDef"], attribute: str = "body") -> str:
    """The document of an attribute that `packed` made; empty, which no model can be read from, where none is whole."""
    value = item.get(attribute, {})
    try:
        return value["S"] if "S" in value else zlib.decompress(value["B"]).decode() if "B" in value else ""
    except (zlib.error, UnicodeDecodeError):
        return ""


def all_items(client: "DynamoDBClient", doing: str, **query: Any) -> Iterator[Item]:  # noqa: ANN401 - the API's own words
    """The items of a query, page by page as they are asked for."""
    start: dict[str, Any] = {}
    while True:
        with calling(doing):
            page = client.query(**query, **start)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
