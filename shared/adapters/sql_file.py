"""Whether a path can hold the embedded engine's data, said before anything is opened.

SQLite makes files beside what it opens, takes a folder for a busy database, and notices a foreign one at the first query.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from shared.adapters import sql_tables as tables
from shared.adapters.sql_idempotency import effects
from shared.adapters.sql_parking import parked
from shared.adapters.sql_queue_statements import correlations, keys, messages
from shared.errors import InvalidInputError

_MAGIC: Final = b"SQLite format 3\x00"
_OURS: Final = {
    table.name: {column.name for column in table.columns}
    for table in (
        tables.states, tables.events, tables.watches, tables.gates, tables.control_records, tables.campaigns,
        tables.campaign_events, tables.campaign_tails, tables.plans, tables.cards, messages, correlations, keys, effects,
        parked,
    )
}  # fmt: skip
"""Table to columns."""


def usable(path: Path, *, new: bool = False) -> None:
    """InvalidInputError where it cannot hold our data; `new`: it may still be missing. Nothing is created or changed."""
    try:
        problem = _problem(path, new=new)
    except (OSError, ValueError) as exc:
        problem = f"cannot be used: {exc.strerror if isinstance(exc, OSError) else exc}"
    if problem:
        raise InvalidInputError((f"{path} {problem}. Give another file with --data, or in WAYMARK_DATA.",))


def _problem(path: Path, *, new: bool) -> str:
    if path.is_dir():
        return "is a folder, not a data file"
    folder = next(parent for parent in path.absolute().parents if parent.exists() or not new)
    if not folder.is_dir():
        return f"cannot be there: {folder} is no folder"
    if not path.exists():
        return "" if new and os.access(folder, os.W_OK | os.X_OK) else f"cannot be made: {folder} is not writable"
    if not path.is_file():
        return "is no file that data can be kept in"
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(folder, os.W_OK | os.X_OK):
        return "cannot be written, or the folder that it is in cannot"
    return _foreign(path)


def _foreign(path: Path) -> str:
    """Why it is not ours; an empty file may become ours."""
    with path.open("rb") as file:
        begin = file.read(len(_MAGIC))
    if not begin:
        return ""
    if begin != _MAGIC:
        return "is no data file: it was not written by SQLite"
    try:
        found = dict(_tables(path))
    except sqlite3.DatabaseError as exc:
        busy = getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
        return "" if busy else f"is damaged: {exc}"
    other = sorted(name for name in found.keys() & _OURS.keys() if not _OURS[name] <= found[name])
    if other:
        return f"was written by another program, or another version of this one: its table `{other[0]}` is different"
    if found and tables.states.name not in found:
        return f"was written by another program: it holds `{min(found)}`"
    return ""


def _tables(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Each table's columns. Without a log beside the file it is read as immutable, which makes no files beside it."""
    alone = not path.with_name(f"{path.name}-wal").exists()
    address = f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if alone else ''}"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        for (name,) in connection.execute(wanted).fetchall():
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
            yield name, {column for (column,) in columns}
