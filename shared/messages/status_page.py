"""The state of a campaign and of a migration as Markdown tables, for issues, pages and terminals."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from shared.domain.display import phases_of
from shared.domain.follow import track_names
from shared.domain.view import View
from shared.messages.escaping import cell
from shared.messages.links import link_of
from shared.messages.standing import Standing
from state_schema.migration import Status
from state_schema.summary import Summary

_WAITS_FOR_OTHERS: Final = frozenset({"blocked", "failed", "queued"})
_PHASE: Final[dict[Status, str]] = {"completed": "✓ {}", "skipped": "({})", "pending": "{}"}
_NEVER_LEFT_OUT: Final = ("actionable", "blocked", "completed")


def counted(summaries: Sequence[Summary]) -> str:
    """`2 actionable, 1 blocked, 12 completed, 3 in progress`: every migration is in exactly one number.

    Actionable: a person can act on it now, a failed one included. Blocked: nobody can, it waits for others (for their
    slot, a window, or what blocks it). In progress: machines are at work. The first three numbers are always there.
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
    rows = [(row.name or row.resource, row.current_step, row.last_done, row.next_action) for row in summaries]
    table = _table((unit.capitalize(), "Current step", "Last done", "Next action"), rows)
    return f"# {cell(campaign)}\n\n{counted(summaries)}\n\n{table}\n"


def migration_markdown(view: View) -> str:
    """A table with a row for each track, those that did not start included."""
    state = view.state
    rows = [_track_row(Standing(view, name)) for name in track_names(view)]
    table = _table(("Environment", "Status", "Phases", "Waits for"), rows)
    return f"# {cell(state.resource.name or state.resource.id)}\n\n`{state.id}` is {state.status}.\n\n{table}\n"


def waits_for(at: Standing) -> str | None:
    """What a track waits for, in plain text on one line; None where it waits for nothing."""
    if at.question is not None:
        return at.question.ask
    if at.status in {"completed", "aborted"}:
        return None
    if at.track is None:
        return ", ".join(at.blockers) or "its start"
    step = at.step
    match step.status if step else None:
        case "queued":
            return f"a start at {step.until:%Y-%m-%d %H:%M} UTC" if step and step.until else "its turn"
        case "waiting" if step and step.until is not None:
            again = "another try" if step.failure else "the time"
            return f"{again} at {step.until:%Y-%m-%d %H:%M} UTC"
        case "waiting":
            found = link_of(at)
            return found.label if found else "machines elsewhere"
        case _:
            return at.stop.path if at.stop else None


def _track_row(at: Standing) -> tuple[str, ...]:
    phases = (_PHASE.get(status, "**{}**").format(name) for name, status in phases_of(at.view, at.name).items())
    return at.name, at.word, " ".join(phases), waits_for(at) or ""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
