"""The one conditional write of the SQL stores: a row is replaced only where it is still the one that was loaded."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, update
from sqlalchemy.exc import IntegrityError

from shared.errors import StaleStateError

#   writer A                     the row                      writer B
#   load: version 7  <---------- version 7 ----------------> load: version 7
#   update to 8 where 7 -------> version 8
#                                version 8 <----------------- update to 8 where 7: no row is hit
#                                          rolled back -----> load: version 8, decide again
#
# SQLite's write lock lets B in after A; PostgreSQL lets B wait for A's row. Neither needs more than this condition.


def is_still_the_loaded_version(table: Table, before: int) -> ColumnElement[bool]:
    """The condition of every update of a versioned row."""
    return table.c.version == before


def put_version(connection: Connection, table: Table, key: tuple[str, str], row: dict[str, Any], before: int) -> None:
    """Writes the row of `key` (column, value) over its version `before`; 0: only where there is none.

    StaleStateError where somebody else was faster: let it end the transaction.
    """
    column, value = key
    if before == 0:
        try:
            connection.execute(insert(table).values({column: value, **row}))
        except IntegrityError as exc:
            raise StaleStateError(f"{value} was created by somebody else first") from exc
        return
    hit = connection.execute(
        update(table).where(table.c[column] == value, is_still_the_loaded_version(table, before)).values(row)
    )
    if hit.rowcount != 1:
        raise StaleStateError(f"{value} was changed since version {before}")
