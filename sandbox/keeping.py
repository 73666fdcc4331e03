"""What a world must have again after a restart: its secrets and, if they are still free, its ports."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from shared import names
from shared.errors import PermanentError

_RANDOM: Final = (names.GITHUB_WEBHOOK_SECRET, names.SLACK_SIGNING_SECRET, names.DEPLOYMENT_TOKEN)
_TRIES: Final = 5
_POLL: Final = 0.02
"""Seconds between two tries: whoever only asks whether it is locked holds the lock for an instant."""


class WorldInUseError(PermanentError):
    """Another process has this world open; the message names the file."""


class Kept:
    """A small JSON file beside the data: `secrets` by name, `ports` by the name of what is served."""

    def __init__(self, path: Path) -> None:
        """Reads the file, or makes it with new secrets."""
        self._path = path
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.secrets: Mapping[str, str] = found.get("secrets") or _new_secrets()
        self._ports: dict[str, int] = dict(found.get("ports", {}))
        self._write()

    def port(self, name: str) -> int:
        """The port of the last time; 0 where there was none."""
        return self._ports.get(name, 0)

    def keep_port(self, name: str, port: int) -> None:
        """Remembers it for the next start."""
        self._ports[name] = port
        self._write()

    def _write(self) -> None:
        """All or nothing, and readable for its owner only."""
        new = self._path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"secrets": dict(self.secrets), "ports": self._ports}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


def _new_secrets() -> dict[str, str]:
    made = {name: secrets.token_hex(20) for name in _RANDOM}
    return made | {
        names.GITHUB_TOKEN: f"ghs_{secrets.token_hex(18)}",
        names.SLACK_BOT_TOKEN: f"xoxb-{secrets.token_hex(12)}",
    }


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Holds `<data>.lock` until the block ends or the process does. WorldInUseError where another process holds it."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with _beside_lock(data).open("w") as lock:
        for _ in range(_TRIES):
            if _locked(lock, fcntl.LOCK_EX):
                break
            time.sleep(_POLL)
        else:
            raise WorldInUseError(
                f"{data} is in use by another process: stop that one first, or give another file with --data."
            )
        yield


def is_served(data: Path) -> bool:
    """Whether a process holds `<data>.lock`. Nothing is made, and nobody is kept out but for an instant."""
    try:
        lock = _beside_lock(data).open()
    except OSError:
        return False
    with lock:
        return not _locked(lock, fcntl.LOCK_SH)


def _locked(lock: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _beside_lock(data: Path) -> Path:
    return data.with_name(f"{data.name}.lock")
