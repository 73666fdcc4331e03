"""One SQLite file per mock service, written in whole transactions, so that the mock world survives being killed too."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

BUSY_SECONDS = 10.0


class MockFile:
    """A SQLite file shared by the threads of one mock server. A path `:memory:` keeps it in memory."""

    def __init__(self, path: str | Path, schema: str) -> None:
        """Runs `schema` (statements that may run twice: `CREATE TABLE IF NOT EXISTS …`)."""
        self._lock = RLock()
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or, where it raises, nothing. One writer at a time, of other processes too; do not nest."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the file; every committed transaction is in it."""
        with self._lock:
            self._connection.close()
