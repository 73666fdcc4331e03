"""The mock GitHub's memory: documents and git objects in one SQLite file, written before any answer is given."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.storing import MockFile

Json = dict[str, Any]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, parent TEXT NOT NULL, key TEXT NOT NULL,
    body TEXT NOT NULL, UNIQUE (kind, parent, key)
);
CREATE INDEX IF NOT EXISTS by_key ON documents (kind, key);
CREATE TABLE IF NOT EXISTS objects (sha TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """Documents by kind, parent and key, in order of creation. One writer at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = MockFile(path, _SCHEMA)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; one inside another joins it."""
        with self._lock:
            if self._connection is not None:
                yield self._connection
                return
            with self._file.transaction() as connection:
                self._connection = connection
                try:
                    yield connection
                finally:
                    self._connection = None

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self.transaction() as connection:
            return connection.execute(statement, values).fetchall()

    def count(self, name: str, first: int = 1) -> int:
        """The next number of that name; the very first is `first`."""
        statement = (
            "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        )
        return int(self._rows(statement, name, first)[0][0])

    def put(self, kind: str, parent: object, key: object, document: Json) -> None:
        statement = (
            "INSERT INTO documents (kind, parent, key, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, parent, key) DO UPDATE SET body = excluded.body"
        )
        self._rows(statement, kind, str(parent), str(key), json.dumps(document))

    def get(self, kind: str, parent: object, key: object) -> Json | None:
        found = self._rows(
            "SELECT body FROM documents WHERE kind = ? AND parent = ? AND key = ?", kind, str(parent), str(key)
        )
        return json.loads(found[0][0]) if found else None

    def find(self, kind: str, key: object) -> Json | None:
        """By a key that is unique over all parents."""
        found = self._rows("SELECT body FROM documents WHERE kind = ? AND key = ?", kind, str(key))
        return json.loads(found[0][0]) if found else None

    def all(self, kind: str, parent: object | None = None) -> list[Json]:
        """Oldest first."""
        where, values = ("", ()) if parent is None else (" AND parent = ?", (str(parent),))
        found = self._rows(f"SELECT body FROM documents WHERE kind = ?{where} ORDER BY seq", kind, *values)  # noqa: S608 - no text from outside
        return [json.loads(body) for (body,) in found]

    def keys(self, kind: str, parent: object) -> list[str]:
        found = self._rows("SELECT key FROM documents WHERE kind = ? AND parent = ? ORDER BY key", kind, str(parent))
        return [key for (key,) in found]

    def delete(self, kind: str, parent: object, key: object) -> None:
        self._rows("DELETE FROM documents WHERE kind = ? AND parent = ? AND key = ?", kind, str(parent), str(key))

    def put_object(self, sha: str, kind: str, body: bytes) -> None:
        self._rows("INSERT OR IGNORE INTO objects VALUES (?, ?, ?)", sha, kind, body)

    def get_object(self, sha: str, kind: str) -> bytes | None:
        found = self._rows("SELECT body FROM objects WHERE sha = ? AND kind = ?", sha, kind)
        return bytes(found[0][0]) if found else None
