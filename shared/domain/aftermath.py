"""What is left to do after an abort: work that was out keeps its slot until it is heard of again, or its time is over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from shared.domain.gate import at_work
from shared.domain.gone import is_no_news
from shared.domain.view import View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.ids import order_key
from state_schema.migration import Migration, RunSeen, StepState
from state_schema.signals import Act, Observed, Pending, Reported, Ticked

GRACE: Final = timedelta(hours=1)
"""For work without a time-out of its own."""
_Why = Literal["reported", "observed", "deadline"]


def after_abort(view: View, signal: Act | Observed | Reported | Ticked) -> list[Event]:
    """The slots of an aborted migration that this signal frees, and the machines that work was handed over to since."""
    events: list[Event] = []
    for track, path, step in still_out(view.state):
        where: dict[str, Any] = {"track": track, "step": path, "attempt": step.attempt}
        if isinstance(signal, Reported) and isinstance(signal.report, Pending):
            if _is_report_of(view.state, track, path, step, signal):
                events.append(
                    happened.StepPending(**where, watches=signal.report.watches, outputs=signal.report.outputs)
                )
        elif (why := _freed_by(view.state, track, path, step, signal)) is not None:
            events.append(happened.SlotReleased(**where, why=why))
    return events


def still_out(state: Migration) -> Iterator[tuple[str, str, StepState]]:
    """(track, step path, step) of the work that is out: it holds a slot."""
    for name, track in state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step and step is not None and at_work(step):
            yield name, track.step, step


def given_up_at(step: StepState) -> datetime:
    """When the slot of aborted work is freed, though nothing was heard of it."""
    return step.deadline or step.since + GRACE


def _is_report_of(state: Migration, track: str, path: str, step: StepState, signal: Reported) -> bool:
    """Whether it is of the order that is out, and none of an earlier part that comes twice."""
    part = step.progress.part if step.progress else 0
    return step.status == "in_progress" and signal.key == order_key(state.id, track, path, step.attempt, part)


def _freed_by(
    state: Migration, track: str, path: str, step: StepState, signal: Act | Observed | Reported | Ticked
) -> _Why | None:
    match signal:
        case Reported() if _is_report_of(state, track, path, step, signal):
            return "reported"
        case Observed(address=address, seen=RunSeen(status="completed")) if address in step.watches:
            return None if is_no_news(step, signal) else "observed"
        case Ticked(at=at) if at >= given_up_at(step):
            return "deadline"
        case _:
            return None
