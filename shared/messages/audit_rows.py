"""One row of the exported audit, as a line of JSON and as the cells of a table that a spreadsheet may open."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from shared.domain.audit_findings import Unreadable
from state_schema.applied import CampaignApplied
from state_schema.control import ControlRecorded
from state_schema.events import Recorded

COLUMNS: Final = (
    "at", "campaign", "migration", "number", "actor", "kind", "track", "step", "attempt", "verb", "shown", "signal", "hash",
    "document",
)  # fmt: skip
CONTROL: Final = "control"
"""The kind of an act on a whole campaign; all others but APPLICATION and UNREADABLE are kinds of events."""
APPLICATION: Final = "application"
UNREADABLE: Final = "unreadable"
_ANSWERS: Final = frozenset({"checkpoint_decided", "approval_given", "checkpoint_assigned"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `migration` is None for what is about a whole campaign; `number` is the one that it is stored under."""

    campaign: str
    migration: str | None
    number: int | None
    document: Recorded | ControlRecorded | CampaignApplied | Unreadable


def json_line(row: Row) -> str:
    """One JSON object: `row` (`event`, `control`, `application` or `unreadable`), place (campaign, migration, number), and
    the stored document.
    """
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
        "shown": _shown(event),
        "document": json.dumps(document),
    }
    return tuple(_safe(found[name]) for name in COLUMNS)


def _shown(event: Mapping[str, Any]) -> str | None:
    """The digest of what a person was shown when they acted; of an answer, the event that asked has the same one."""
    shown = event.get("shown")
    if event.get("kind") in _ANSWERS:
        return shown or event.get("digest")
    return shown["digest"] if isinstance(shown, dict) else shown


def _kind(row: Row) -> str:
    match row.document:
        case Recorded():
            return row.document.event.kind
        case ControlRecorded():
            return CONTROL
        case CampaignApplied():
            return APPLICATION
        case Unreadable():
            return UNREADABLE


def _document(row: Row) -> dict[str, Any]:
    if isinstance(row.document, Unreadable):
        return {"why": row.document.why}
    return row.document.model_dump(mode="json")


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
