"""What the functions logged, as whoever follows a journey reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a function's log; `fields` are those of its JSON object."""

    at: datetime
    service: str
    message: str
    fields: Mapping[str, JsonValue]


class LogLines(Protocol):
    """Finds lines of logs."""

    def about(self, ids: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        """The lines that name one of these ids, oldest first; PermanentError where the logs cannot be read."""
        ...
