"""One row of the exported audit, as a line of JSON and as the cells of a table that a spreadsheet may open."""

import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from shared.domain.audit import Unreadable
from state_schema.control import ControlRecorded
from state_schema.events import Recorded

COLUMNS: Final = (
    "at", "campaign", "migration", "number", "actor", "kind", "track", "step", "attempt", "verb", "signal", "hash",
    "document",
)  # fmt: skip
CONTROL: Final = "control"
"""The kind of an act on a whole campaign; all others but UNREADABLE are kinds of events."""
UNREADABLE: Final = "unreadable"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `migration` is None for acts on a campaign; `number` is the one that the record is stored under."""

    campaign: str
    migration: str | None
    number: int | None
    document: Recorded | ControlRecorded | Unreadable


def json_line(row: Row) -> str:
    """One JSON object: `row` (`event`, `control` or `unreadable`), campaign, migration, number, and the stored document."""
    kind = "event" if isinstance(row.document, Recorded) else _kind(row)
    place = {"row": kind, "campaign": row.campaign, "migration": row.migration, "number": row.number}
    return json.dumps({**place, "document": _document(row)})


def cells(row: Row) -> tuple[str, ...]:
    """One text for each of COLUMNS; what a spreadsheet would take for a formula begins with an apostrophe."""
    document = _document(row)
    event = document.get("event", {})
    found = {
        **{name: event.get(name) for name in ("track", "step", "attempt")},
        **{name: document.get(name) for name in ("actor", "signal", "hash")},
        "at": "" if isinstance(row.document, Unreadable) else row.document.at.astimezone(UTC).isoformat(),
        "campaign": row.campaign,
        "migration": row.migration,
        "number": row.number,
        "kind": _kind(row),
        "verb": event.get("verb") or document.get("verb"),
        "document": json.dumps(document),
    }
    return tuple(_safe(found[name]) for name in COLUMNS)


def _kind(row: Row) -> str:
    match row.document:
        case Recorded():
            return row.document.event.kind
        case ControlRecorded():
            return CONTROL
        case Unreadable():
            return UNREADABLE


def _document(row: Row) -> dict[str, Any]:
    if isinstance(row.document, Unreadable):
        return {"why": row.document.why}
    return row.document.model_dump(mode="json")


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
