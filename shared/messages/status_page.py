"""The state of a campaign and of a migration as Markdown tables, for issues, pages and terminals."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.domain.display import phases_of
from shared.domain.follow import track_names
from shared.domain.rows import wave_awaited
from shared.domain.view import View
from shared.messages.escaping import cell, one_line
from shared.messages.links import link_of
from shared.messages.needed import COMMAND
from shared.messages.people import in_utc
from shared.messages.standing import Standing
from shared.messages.turn import turn
from state_schema.migration import Status
from state_schema.summary import Summary

_WAITS_FOR_OTHERS: Final = frozenset({"blocked", "failed", "pending", "queued"})
_PHASE: Final[dict[Status, str]] = {"completed": "✓ {}", "skipped": "({})", "pending": "{}"}
_NEVER_LEFT_OUT: Final = ("actionable", "blocked", "completed")
TRACK_HEADINGS: Final = ("Environment", "Status", "Phases", "Waits for")
_CELL: Final = 300


def counted(summaries: Sequence[Summary]) -> str:
    """`2 actionable, 1 blocked, 12 completed, 3 in progress`: every migration is in exactly one number.

    Actionable: a person can act on it now, a failed one included. Blocked: nobody can, it waits for others (for their
    slot, their wave, a window, or what blocks it). In progress: machines are at work. The first three numbers are always there.
    """
    counts = Counter(map(_group, summaries))
    shown = [*_NEVER_LEFT_OUT, *sorted(counts.keys() - set(_NEVER_LEFT_OUT), reverse=True)]
    return ", ".join(f"{counts[group]} {group}" for group in shown)


def _group(row: Summary) -> str:
    if row.status in {"completed", "aborted"}:
        return row.status
    if row.actionable:
        return "actionable"
    return "blocked" if row.status in _WAITS_FOR_OTHERS else "in progress"


def campaign_markdown(campaign: str, summaries: Sequence[Summary], unit: str = "resource") -> str:
    """A table of the migrations in the order given, and one line that counts them. `unit` is the plan's."""
    rows = [
        (cell(row.name or row.resource), cell(row.current_step), cell(row.last_done), _with_command(row))
        for row in summaries
    ]
    table = _table(headings(unit), rows)
    return f"# {cell(campaign)}\n\n{counted(summaries)}\n\n{table}\n"


def headings(unit: str) -> tuple[str, ...]:
    """Of a campaign's table; `unit` is the plan's word for a resource."""
    return unit.capitalize(), "Current step", "Last done", "Next action"


def _with_command(row: Summary) -> str:
    """`Start it (`/migrate start email.notifications`)`, of which only the sentence may be cut."""
    return cell(row.next_action) + (f" (`{COMMAND} {row.command}`)" if row.command else "")


def migration_markdown(view: View) -> str:
    """A table with a row for each track, those that did not start included."""
    state = view.state
    table = _table(TRACK_HEADINGS, [[cell(text) for text in row] for row in track_rows(view)])
    return f"# {cell(state.resource.name or state.resource.id)}\n\n`{state.id}` is {state.status}{on_plan(view)}.\n\n{table}\n"


def track_rows(view: View) -> list[tuple[str, ...]]:
    """A row of plain texts for each track, under TRACK_HEADINGS."""
    return [_track_row(Standing(view, name)) for name in track_names(view)]


def on_plan(view: View) -> str:
    """`, on airflow-3@2`: the plan version, where it is not the one that new resources get."""
    return "" if view.state.plan == view.campaign.plan else f", on {view.state.plan}"


def waits_for(at: Standing) -> str | None:
    """What a track waits for, in plain text on one line; None where it waits for nothing."""
    if at.question is not None:
        return at.question.ask
    if at.status in {"completed", "aborted"}:
        return None
    if at.track is None:
        return ", ".join(at.blockers) or _awaited(at.view) or "its start"
    step = at.step
    match step.status if step else None:
        case "queued":
            return _its_time(at, step.until) if step and step.until else turn(at)
        case "waiting" if step and step.until is not None:
            again = "another try" if step.failure else "the time"
            return f"{again} at {step.until:%Y-%m-%d %H:%M} UTC"
        case "waiting":
            found = link_of(at)
            return found.label if found else "machines elsewhere"
        case _:
            return at.stop.path if at.stop else None


def _its_time(at: Standing, until: datetime) -> str:
    if at.freeze is None:
        told = f"a start at {in_utc(until)}"
    else:
        told = f"frozen until {in_utc(until)}" + (f" ({one_line(at.freeze.reason, _CELL)})" if at.freeze.reason else "")
    wants = at.exception is not None and at.exception.approved_by is None
    return f"{told}; an exception wants a second person" if wants else told


def _awaited(view: View) -> str:
    """The wave that must be completed before it may be started; empty where it may be."""
    if view.state.status != "pending":
        return ""
    return wave_awaited(view.gate, view.campaign, view.state.resource.wave)


def _track_row(at: Standing) -> tuple[str, ...]:
    phases = (_PHASE.get(status, "**{}**").format(name) for name, status in phases_of(at.view, at.name).items())
    return at.name, at.word, " ".join(phases), waits_for(at) or ""


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
