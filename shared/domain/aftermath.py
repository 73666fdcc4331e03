"""What is left to do after an abort: work that was out keeps its slot until it is heard of again, or its time is over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.domain.gate import at_work, slot_key
from shared.domain.view import View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.migration import Migration, RunSeen, StepState
from state_schema.signals import Act, Observed, Reported, Ticked

GRACE: Final = timedelta(hours=1)
"""For work without a time-out of its own."""
_Why = Literal["reported", "observed", "deadline"]


def after_abort(view: View, signal: Act | Observed | Reported | Ticked) -> list[Event]:
    """The slots of an aborted migration that this signal frees; it changes nothing else."""
    return [
        happened.SlotReleased(track=track, step=path, attempt=step.attempt, why=why)
        for track, path, step in still_out(view.state)
        if (why := _freed_by(view.state, track, path, step, signal)) is not None
    ]


def still_out(state: Migration) -> Iterator[tuple[str, str, StepState]]:
    """(track, step path, step) of the work that is out: it holds a slot."""
    for name, track in state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step and step is not None and at_work(step):
            yield name, track.step, step


def given_up_at(step: StepState) -> datetime:
    """When the slot of aborted work is freed, though nothing was heard of it."""
    return step.deadline or step.since + GRACE


def _freed_by(
    state: Migration, track: str, path: str, step: StepState, signal: Act | Observed | Reported | Ticked
) -> _Why | None:
    match signal:
        case Reported(key=key) if key.partition("+")[0] == slot_key(state, track, path, step.attempt):
            return "reported"
        case Observed(address=address, seen=RunSeen(status="completed")) if address in step.watches:
            return "observed"
        case Ticked(at=at) if at >= given_up_at(step):
            return "deadline"
        case _:
            return None
