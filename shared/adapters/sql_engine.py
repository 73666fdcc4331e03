"""One SQLAlchemy engine for everything the embedded engine stores: state, effects and queues share a file and a pool.

SQLite lets one writer in at a time. A transaction that reads first and writes later cannot wait for that: its snapshot
is out of date once the other writer is done. So each transaction takes the write lock where it begins, and waits there.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.errors import PermanentError, RetryableError

BUSY_TIMEOUT: Final = 30
"""Seconds a transaction waits for the write lock, before it is "database is locked"."""
_ONLY_READS: Final = "waymark_only_reads"
_UNUSABLE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY})
_OURS: Final = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT})
"""A wrong statement, a broken constraint: trying again does not help."""
_NOT_UTF8: Final = "Could not decode to UTF-8"
"""How the driver's own error for a damaged text begins; SQLite itself does not look."""
_POLL: Final = 0.02
"""Seconds between two tries."""

metadata = MetaData()
"""Every table of the embedded engine; each `sql_*` module adds its own."""


def open_engine(path: str, busy_timeout: float = BUSY_TIMEOUT) -> Engine:
    """The engine on the SQLite file `path`; its folder and the tables are made where they are missing.

    Import the modules that add to `metadata` before. Several processes may have the file open. RetryableError where it
    stays locked or cannot be opened, PermanentError where it is no SQLite file of ours.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with translated():
        _write_ahead(path, busy_timeout)
    engine = create_engine(URL.create("sqlite", database=path), connect_args={"timeout": busy_timeout})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    with writing(engine) as connection:
        metadata.create_all(connection)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back where anything is raised."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one snapshot, which neither waits for a writer nor makes one wait."""
    with translated(), engine.execution_options(**{_ONLY_READS: True}).begin() as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """The database's errors as ours; what is a mistake of our own (statement, constraint) passes as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as exc:
        cause = exc.orig if isinstance(exc, DBAPIError) else exc
        if str(cause).startswith(_NOT_UTF8):
            raise PermanentError("a stored document cannot be read: it is not UTF-8; restore it", "unreadable") from exc
        if _code(cause) in _UNUSABLE:
            raise PermanentError(f"the database file cannot be used: {cause}; move it away or repair it") from exc
        if _code(cause) not in _OURS or getattr(exc, "connection_invalidated", False):
            raise RetryableError(f"the database is busy or cannot be reached: {cause}") from exc
        raise


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Hands transactions over from the driver to `_begin`.

    `synchronous=NORMAL`: killing the process loses nothing; a power cut may lose the last moments of state and queues
    together, which leaves an earlier but whole world (SQLite docs: "PRAGMA synchronous").
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _write_ahead(path: str, busy_timeout: float) -> None:
    """Puts the file into WAL mode, where it stays. SQLite waits for nobody in doing so, so this waits itself."""
    end = time.monotonic() + busy_timeout
    with closing(sqlite3.connect(path, timeout=busy_timeout)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as exc:
                if _code(exc) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(_POLL)
            else:
                return


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code; an extended one keeps it in its lowest byte."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get(_ONLY_READS, False)
    connection.exec_driver_sql("BEGIN DEFERRED" if only_reads else "BEGIN IMMEDIATE")
