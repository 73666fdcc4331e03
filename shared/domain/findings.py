"""What `migrate doctor` found: each finding one sentence, and where something is not as it should be, how to mend it."""

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["ok", "warn", "broken"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "warn", "broken")


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names the part that was looked at; `mend` is empty where nothing needs to be done."""

    check: str
    level: Level
    said: str
    mend: str = ""


def ok(check: str, said: str) -> Finding:
    """As it should be."""
    return Finding(check, "ok", said)


def warn(check: str, said: str, mend: str) -> Finding:
    """It works, but not as well as it might, or not for long."""
    return Finding(check, "warn", said, mend)


def broken(check: str, said: str, mend: str) -> Finding:
    """Something does not work."""
    return Finding(check, "broken", said, mend)


def several(names: list[str], most: int = 5) -> str:
    """The names, cut short where there are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
