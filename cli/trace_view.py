"""How a journey is shown: tables for people, one JSON object for machines."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import typer

from cli.terminal import print_table
from shared.app.trace import Traced
from shared.domain.journey import order_of
from shared.messages.escaping import as_plain
from shared.messages.people import in_utc
from shared.messages.recorded import what
from shared.ports.logs import LogLine
from state_schema.events import Recorded

_LONGEST: Final = 300
_TO_NOBODY: Final[Any] = {"act": {"reply_to"}}
"""Whoever has the address to answer to can write there."""
_NOT_SHOWN: Final = frozenset({"level", "correlation"})


def show(found: Traced, lines: Sequence[LogLine], problems: Sequence[str]) -> None:
    """Tables of what there is; what could not be read goes to standard error."""
    if len(found.ids) > 1:
        typer.echo(f"It began with {', '.join(found.ids[1:])}.")
    if found.steps:
        print_table(("When", "Migration", "No.", "Who", "What", "Order"), [_step(*step) for step in found.steps])
    if found.controls:
        rows = [
            (in_utc(one.at), name, one.actor, f"{one.verb} {one.scope} {one.note}".strip())
            for name, one in found.controls
        ]
        print_table(("When", "Campaign", "Who", "What"), rows)
    for item in found.parked:
        typer.echo(f"Parked since {in_utc(item.at)}: it was not taken. `migrate redrive {item.id}` tries it again.")
    if lines:
        print_table(("When", "Log of", "Line", "With"), [_line(line) for line in lines])
    for problem in problems:
        typer.secho(problem, err=True, fg="yellow")


def document(asked: str, found: Traced, lines: Sequence[LogLine], problems: Sequence[str]) -> str:
    """The JSON object."""
    events = [
        {"migration": migration, "order": order_of(migration, one.event), **one.model_dump(mode="json")}
        for migration, one in found.steps
    ]
    whole: dict[str, Any] = {
        "asked": asked,
        "ids": list(found.ids),
        "found": bool(lines) or not found.is_empty,
        "events": events,
        "controls": [{"campaign": name, **one.model_dump(mode="json")} for name, one in found.controls],
        "parked": [item.model_dump(mode="json", exclude=_TO_NOBODY) for item in found.parked],
        "logs": [_fields(line) for line in lines],
        "searched": {"migrations": found.migrations, "events": found.events},
        "problems": list(problems),
    }
    return json.dumps(whole)


def _fields(line: LogLine) -> dict[str, Any]:
    stamp = line.at.isoformat(timespec="milliseconds")
    return {"timestamp": stamp, "service": line.service, "message": line.message, **line.fields}


def not_found(asked: str, found: Traced, since: datetime) -> str:
    """What was searched, and what to do next."""
    return (
        f"Nothing of {asked} is recorded, in {found.migrations:,} migrations that changed since {in_utc(since)}. "
        "If it is older, search further back with --since. What changed nothing is in the logs alone: of a deployment they "
        "are searched, of a local process with --log-file. If it never arrived, look at the App's recent deliveries at "
        "GitHub and redeliver it there, or let `migrate reconcile` look at what is true now."
    )


def _step(migration: str, one: Recorded) -> tuple[str, ...]:
    order = order_of(migration, one.event) or ""
    said = as_plain(what(one.event, _LONGEST))
    return in_utc(one.at), migration, str(one.number), one.actor, said, order.removeprefix(f"{migration}/")


def _line(line: LogLine) -> tuple[str, ...]:
    told = " ".join(f"{name}={_short(value)}" for name, value in line.fields.items() if name not in _NOT_SHOWN)
    return f"{line.at:%Y-%m-%d %H:%M:%S}", line.service, line.message, told


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
