"""Powertools idempotency on SQL: what its DynamoDB layer does, for the embedded engine."""

from datetime import datetime
from typing import Final

from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS, DataRecord
from sqlalchemy import BigInteger, Column, Connection, Engine, Table, Text, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from shared.adapters.effects import KeyedByOrder
from shared.adapters.sql_engine import metadata, reading, writing

IN_PROGRESS: Final = STATUS_CONSTANTS["INPROGRESS"]

effects: Final = Table(
    "effects",
    metadata,
    Column("pk", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("expiration", BigInteger, nullable=False),  # seconds since 1970
    Column("in_progress_expiration", BigInteger),  # milliseconds since 1970: the end of the claim's lease
    Column("data", Text, nullable=False, default=""),
)

# Who may write over a record of the same key? Read it from left to right in time.
#
#   no record    claimed, the worker lives       claimed, the worker has died      reported                    forgotten
#   ───────────┬───────────────────────────────┬─────────────────────────────────┬───────────────────────────┬──────────▶
#   claim: yes │ no: it is being done          │ yes: done again, skills look    │ no: the answer is that    │ yes
#              │                               │ before they act                 │ report                    │
#              claim                           in_progress_expiration            report                      expiration
#
# Two workers that claim at once send this same statement; the one that comes second finds the first one's claim and
# changes no row.
MAY_CLAIM: Final = (effects.c.expiration < bindparam("now")) | (
    (effects.c.status == IN_PROGRESS) & (effects.c.in_progress_expiration < bindparam("now_in_millis"))
)
_offered: Final = insert(effects)
_CLAIM: Final = _offered.on_conflict_do_update(
    index_elements=[effects.c.pk],
    set_={column: _offered.excluded[column] for column in ("status", "expiration", "in_progress_expiration", "data")},
    where=MAY_CLAIM,
)


class SqlIdempotency(KeyedByOrder):
    """Claims and reports in a table of the embedded engine's file."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._engine = engine

    def release_claims(self) -> int:
        """Gives back every claim and says how many there were.

        For the start of the one process that owns the file: whoever held them has died, and no lease need run out.
        """
        with writing(self._engine) as connection:
            return connection.execute(delete(effects).where(effects.c.status == IN_PROGRESS)).rowcount

    def _put_record(self, data_record: DataRecord) -> None:
        now = datetime.now().timestamp()  # noqa: DTZ005 - only its seconds since 1970 are used
        row = {
            "pk": data_record.idempotency_key,
            "status": data_record.status,
            "expiration": data_record.expiry_timestamp,
            "in_progress_expiration": data_record.in_progress_expiry_timestamp,
            "data": "",
            "now": int(now),
            "now_in_millis": int(now * 1000),
        }
        with writing(self._engine) as connection:
            if connection.execute(_CLAIM, row).rowcount == 0:
                held = _read(connection, data_record.idempotency_key)
                raise IdempotencyItemAlreadyExistsError(old_data_record=held)

    def _get_record(self, idempotency_key: str) -> DataRecord:
        with reading(self._engine) as connection:
            return _read(connection, idempotency_key)

    def _update_record(self, data_record: DataRecord) -> None:
        reported = {
            "status": data_record.status,
            "expiration": data_record.expiry_timestamp,
            "data": data_record.response_data,
        }
        with writing(self._engine) as connection:
            connection.execute(update(effects).where(effects.c.pk == data_record.idempotency_key).values(reported))

    def _delete_record(self, data_record: DataRecord) -> None:
        # Only a claim: one that outlived its lease may have been taken over, and what came of that is remembered.
        claim = (effects.c.pk == data_record.idempotency_key) & (effects.c.status == IN_PROGRESS)
        with writing(self._engine) as connection:
            connection.execute(delete(effects).where(claim))


def _read(connection: Connection, key: str) -> DataRecord:
    row = connection.execute(select(effects).where(effects.c.pk == key)).one_or_none()
    if row is None:
        raise IdempotencyItemNotFoundError
    return DataRecord(
        idempotency_key=row.pk,
        status=row.status,
        expiry_timestamp=row.expiration,
        in_progress_expiry_timestamp=row.in_progress_expiration,
        response_data=row.data,
    )
