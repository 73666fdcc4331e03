"""Acts that are done once: Powertools' idempotency, with the order key itself as the record's key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.base import IdempotencyHandler
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS
from aws_lambda_powertools.utilities.idempotency.serialization.base import BaseIdempotencySerializer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from shared.adapters.aws_errors import translated
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Claim, ClaimHeldError, Report
from state_schema import signals

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEPT: Final = 90 * 24 * 3600
"""Seconds a report is remembered: an order that was parked for weeks still finds it."""
TABLE_KEY: Final = "pk"
TABLE_EXPIRY: Final = "expiration"
"""The effects table's time-to-live attribute, in seconds since 1970."""

_REPORT: Final[TypeAdapter[Report]] = TypeAdapter(signals.Report)


class KeyedByOrder(BasePersistenceLayer):
    """Keeps the order key as it is; Powertools would store the function's name and a hash, which nobody can look up."""

    def _get_hashed_idempotency_key(self, data: Any) -> str:  # noqa: ANN401 - Powertools' own signature
        return str(data)

    def claim(self, key: str) -> Claim:
        """What the record of `key` says; a claim whose lease is over is held all the same."""
        try:
            record = self._get_record(key)
        except IdempotencyItemNotFoundError:
            return "none"
        return "reported" if record.status == STATUS_CONSTANTS["COMPLETED"] else "held"


class DynamoIdempotency(KeyedByOrder, DynamoDBPersistenceLayer):
    """Claims and reports in the effects table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        super().__init__(table, key_attr=TABLE_KEY, expiry_attr=TABLE_EXPIRY, boto3_client=client)


class PowertoolsEffects:
    """Effects on any Powertools persistence layer; `lease` in seconds: how long a claim holds whose worker has died."""

    def __init__(self, layer: KeyedByOrder, lease: float) -> None:
        self._layer = layer
        self._config = IdempotencyConfig(
            expires_after_seconds=KEPT, lambda_context=cast("LambdaContext", _Lease(round(lease * 1000)))
        )

    def once(self, key: str, act: Callable[[], Report]) -> Report:
        def run() -> Report:  # Powertools reads a function's qualified name, and a partial has none
            return act()

        handler = IdempotencyHandler(
            run, key, self._config, self._layer, output_serializer=_Reports(), function_args=(), function_kwargs={}
        )
        try:
            return cast("Report", handler.handle())
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as exc:
            raise ClaimHeldError(f"Another worker is doing {key}. Try again.") from exc
        except IdempotencyPersistenceLayerError as exc:
            raise _unstored(key, exc) from exc

    def claim(self, key: str) -> Claim:
        try:
            return self._layer.claim(key)
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"see who claimed {key}") from exc


class _Lease:
    """All that Powertools asks of a Lambda context, so that it works without one."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


class _Reports(BaseIdempotencySerializer):
    def to_dict(self, data: Report) -> dict[str, Any]:
        return data.model_dump(mode="json")

    def from_dict(self, data: dict[str, Any]) -> Report:
        return _REPORT.validate_python(data)


def _unstored(key: str, error: IdempotencyPersistenceLayerError) -> RetryableError | PermanentError:
    match error.__cause__:
        case RetryableError() | PermanentError() as ours:
            return ours
        case ClientError() | BotoCoreError() as vendors:
            return translated(vendors, f"remember {key}")
        case _:
            return RetryableError(f"Could not remember {key}: {error}. Try again.")
