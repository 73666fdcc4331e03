"""What the mock deployments remember: their DAGs, their health, what goes wrong next, and how often each DAG was acted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, IntegrityError, Row
from typing import Final

from sandbox.storing import MockFile

DEFAULT_ITEMS: Final = tuple(f"dag_{number:02d}" for number in range(1, 11))
COMPONENTS: Final = ("metadatabase", "scheduler", "triggerer", "dag_processor")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS deployments (place TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dags (
    place TEXT NOT NULL, dag TEXT NOT NULL, paused INTEGER NOT NULL DEFAULT 1, acts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (place, dag)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS health (
    place TEXT NOT NULL, component TEXT NOT NULL, status TEXT, PRIMARY KEY (place, component)
) WITHOUT ROWID;
"""


class NoSuchDagError(LookupError):
    """The deployment has no such DAG."""


class ConflictError(Exception):
    """The DAG cannot run here, for the reason that somebody set."""


@dataclass(frozen=True, slots=True)
class Dag:
    """One DAG of a deployment."""

    id: str
    paused: bool


class Estate:
    """All deployments, in one SQLite file. A place is `<resource>/<environment>`; it has ten paused DAGs until seeded."""

    def __init__(self, path: str | Path) -> None:
        self._file = MockFile(path, _SCHEMA)

    def close(self) -> None:
        """Closes its file."""
        self._file.close()

    def seed(self, place: str, items: Sequence[str]) -> None:
        """The deployment holds these DAGs now, all paused, and forgets everything else about them."""
        with self._file.transaction() as connection:
            connection.execute("REPLACE INTO deployments VALUES (?)", (place,))
            connection.execute("DELETE FROM dags WHERE place = ?", (place,))
            rows = [(place, item) for item in items]
            connection.executemany("INSERT INTO dags (place, dag) VALUES (?, ?)", rows)

    def dags(self, place: str) -> list[Dag]:
        """Its DAGs by id."""
        with self._file.transaction() as connection:
            _open(connection, place)
            rows = connection.execute("SELECT dag, paused FROM dags WHERE place = ? ORDER BY dag", (place,))
            return [Dag(row["dag"], bool(row["paused"])) for row in rows]

    def dag(self, place: str, dag: str) -> Dag:
        """One DAG; NoSuchDagError."""
        with self._file.transaction() as connection:
            return Dag(dag, bool(_dag(connection, place, dag)["paused"]))

    def pause(self, place: str, dag: str, *, paused: bool) -> Dag:
        """Counts the act, and does it. NoSuchDagError; ConflictError as often as `fail` said (counted as well)."""
        with self._file.transaction() as connection:
            row = _dag(connection, place, dag)
            done = row["failures"] == 0
            query = "UPDATE dags SET acts = acts + 1, failures = max(0, failures - 1) WHERE place = ? AND dag = ?"
            connection.execute(query, (place, dag))
            if done:
                connection.execute("UPDATE dags SET paused = ? WHERE place = ? AND dag = ?", (paused, place, dag))
        if not done:
            raise ConflictError(row["reason"])
        return Dag(dag, paused)

    def fail(self, place: str, dag: str, reason: str, times: int) -> None:
        """The next `times` acts on the DAG fail for this reason. NoSuchDagError."""
        with self._file.transaction() as connection:
            _dag(connection, place, dag)
            query = "UPDATE dags SET failures = ?, reason = ? WHERE place = ? AND dag = ?"
            connection.execute(query, (times, reason, place, dag))

    def acts(self, place: str) -> Mapping[str, int]:
        """How often each DAG was acted on, whether that failed or not; those never touched are left out."""
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT dag, acts FROM dags WHERE place = ? AND acts > 0 ORDER BY dag", (place,))
            return {row["dag"]: row["acts"] for row in rows}

    def set_health(self, place: str, component: str, status: str | None) -> None:
        """A component's status word; None: it is not deployed."""
        with self._file.transaction() as connection:
            connection.execute("REPLACE INTO health VALUES (?, ?, ?)", (place, component, status))

    def health(self, place: str) -> Mapping[str, str | None]:
        """Every component's status; healthy unless set."""
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT component, status FROM health WHERE place = ?", (place,))
            return dict.fromkeys(COMPONENTS, "healthy") | {row["component"]: row["status"] for row in rows}


def _open(connection: Connection, place: str) -> None:
    try:
        connection.execute("INSERT INTO deployments VALUES (?)", (place,))
    except IntegrityError:
        return
    rows = [(place, item) for item in DEFAULT_ITEMS]
    connection.executemany("INSERT INTO dags (place, dag) VALUES (?, ?)", rows)


def _dag(connection: Connection, place: str, dag: str) -> Row:
    _open(connection, place)
    row: Row | None = connection.execute("SELECT * FROM dags WHERE place = ? AND dag = ?", (place, dag)).fetchone()
    if row is None:
        raise NoSuchDagError(f"The Dag with ID: `{dag}` was not found")
    return row
