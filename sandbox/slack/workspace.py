"""What the mock Slack remembers: messages, what people did, how often that was answered, and settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, Final

from sandbox.storing import MockFile
from shared.ports.clock import Clock

ANSWERS_PER_CLICK: Final = 5
ANSWERABLE_FOR: Final = timedelta(minutes=30)
TRIGGER_GOOD_FOR: Final = timedelta(seconds=3)

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT NOT NULL, ts TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (channel, ts)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clicks (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, message TEXT, user TEXT NOT NULL, at TEXT NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0, modal TEXT
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands. `ephemeral` names the one person who sees it; `author` is a bot's or a person's id."""

    channel: str
    ts: str
    author: str
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] | None = None
    ephemeral: str | None = None
    edited: str | None = None
    thread: str | None = None
    """The `ts` of the message under which it is; None where it is in the channel itself."""


@dataclass(frozen=True, slots=True)
class Click:
    """One act of a person. `message` is the `ts` of what was clicked; None for a slash command."""

    id: int
    channel: str
    message: str | None
    user: str
    at: datetime
    answers: int
    modal: str | None


class Workspace:
    """One Slack team in one SQLite file."""

    def __init__(self, path: str | Path, clock: Clock) -> None:
        self._file = MockFile(path, _SCHEMA)
        self.clock = clock

    def close(self) -> None:
        """Closes its file."""
        self._file.close()

    def add(self, message: Message, *, pace: timedelta | None = None) -> Message | None:
        """Stores it under the next free `ts` of its channel; None where the channel's last is younger than `pace`."""
        with self._file.transaction() as connection:
            last = _last_ts(connection, message.channel)
            now = _micros(self.clock())
            if pace is not None and last is not None and now - last < pace // timedelta(microseconds=1):
                return None
            micros = now if last is None else max(now, last + 1)
            ts = f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
            stored = replace(message, ts=ts, blocks=_with_block_ids(message.blocks, ts))
            _write(connection, stored)
        return stored

    def rewrite(self, message: Message) -> Message:
        """Stores a changed message in its place."""
        stored = replace(message, blocks=_with_block_ids(message.blocks, message.ts))
        with self._file.transaction() as connection:
            _write(connection, stored)
        return stored

    def message(self, channel: str, ts: str) -> Message | None:
        """The message as it stands, or None."""
        with self._file.transaction() as connection:
            row = connection.execute("SELECT body FROM messages WHERE channel = ? AND ts = ?", (channel, ts)).fetchone()
        return None if row is None else _message(row["body"])

    def messages(self, channel: str) -> list[Message]:
        """All messages of the channel, ephemeral ones too, oldest first."""
        with self._file.transaction() as connection:
            query = "SELECT body FROM messages WHERE channel = ? ORDER BY ts"
            return [_message(row["body"]) for row in connection.execute(query, (channel,))]

    def channels(self) -> list[str]:
        """Those that hold a message, sorted."""
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT DISTINCT channel FROM messages ORDER BY channel").fetchall()
        return [row["channel"] for row in rows]

    def delete(self, channel: str, ts: str) -> bool:
        """A person deletes a message; False where there is none."""
        with self._file.transaction() as connection:
            query = "DELETE FROM messages WHERE channel = ? AND ts = ?"
            return connection.execute(query, (channel, ts)).rowcount == 1

    def add_click(self, channel: str, message: str | None, user: str) -> Click:
        """Notes an act that may be answered."""
        with self._file.transaction() as connection:
            query = "INSERT INTO clicks (channel, message, user, at) VALUES (?, ?, ?, ?) RETURNING *"
            return _click(connection.execute(query, (channel, message, user, self.clock().isoformat())).fetchone())

    def click(self, number: int) -> Click | None:
        """The act of that number."""
        with self._file.transaction() as connection:
            row = connection.execute("SELECT * FROM clicks WHERE id = ?", (number,)).fetchone()
        return None if row is None else _click(row)

    def count_answer(self, number: int, most: int) -> bool:
        """Uses up one of the answers that an act may get; False where it had `most` already."""
        with self._file.transaction() as connection:
            query = "UPDATE clicks SET answers = answers + 1 WHERE id = ? AND answers < ?"
            return connection.execute(query, (number, most)).rowcount == 1

    def open_modal(self, number: int, view: Mapping[str, Any]) -> bool:
        """Shows a modal to who acted; False where one was opened for this act already."""
        with self._file.transaction() as connection:
            query = "UPDATE clicks SET modal = ? WHERE id = ? AND modal IS NULL"
            return connection.execute(query, (json.dumps(view), number)).rowcount == 1

    def modal(self, number: int) -> Mapping[str, Any] | None:
        """The modal that was opened for an act, as it stands; None where it is closed."""
        click = self.click(number)
        return json.loads(click.modal) if click and click.modal else None

    def change_modal(self, number: int, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> bool:
        """Shows something else in it, or closes it (None); False where it does not stand as `before` any more."""
        with self._file.transaction() as connection:
            query = "UPDATE clicks SET modal = ? WHERE id = ? AND modal = ?"
            now, then = json.dumps(after) if after is not None else "null", json.dumps(before)
            return connection.execute(query, (now, number, then)).rowcount == 1

    def modals(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(user, view) of every modal that is open."""
        with self._file.transaction() as connection:
            query = "SELECT user, modal FROM clicks WHERE modal IS NOT NULL AND modal <> 'null' ORDER BY id"
            return [(row["user"], json.loads(row["modal"])) for row in connection.execute(query)]

    def setting(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """What a control route has set, or None."""
        with self._file.transaction() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row["value"])

    def set(self, name: str, value: object) -> None:
        """Remembers any JSON value under a name."""
        with self._file.transaction() as connection:
            connection.execute("REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def take(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Takes the first entry off a setting that is a list; None where it is empty."""
        with self._file.transaction() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
            entries = [] if row is None else json.loads(row["value"])
            if entries:
                connection.execute("REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(entries[1:])))
        return entries[0] if entries else None


def _write(connection: Connection, message: Message) -> None:
    body = {name: getattr(message, name) for name in Message.__slots__}
    connection.execute("REPLACE INTO messages VALUES (?, ?, ?)", (message.channel, message.ts, json.dumps(body)))


@lru_cache(maxsize=4096)
def _message(text: str) -> Message:
    """The one that was stored as this text: mock people look through the whole channel for each thing that they do."""
    body = json.loads(text)
    return Message(**{**body, "blocks": tuple(body["blocks"])})


def _click(row: Row) -> Click:
    return Click(**{**dict(row), "at": datetime.fromisoformat(row["at"])})


def _last_ts(connection: Connection, channel: str) -> int | None:
    last = connection.execute("SELECT max(ts) AS ts FROM messages WHERE channel = ?", (channel,)).fetchone()["ts"]
    return None if last is None else int(last.replace(".", ""))


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _with_block_ids(blocks: Sequence[Mapping[str, Any]], ts: str) -> tuple[Mapping[str, Any], ...]:
    """Slack names the blocks that came without a `block_id`."""
    return tuple({"block_id": f"b{ts[-6:]}{number}"} | dict(block) for number, block in enumerate(blocks))
