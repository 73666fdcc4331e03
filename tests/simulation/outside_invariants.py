"""What must hold of each act of a skill in the outside world, counted there and not in our books."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from state_schema import events as happened
from state_schema.ids import order_key
from state_schema.orders import Order
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books, Running
from tests.simulation.frozen import is_frozen, is_paused
from tests.simulation.slot_invariants import exceeded, place_of

_OVER: Final = frozenset({"completed", "aborted"})
_ENDS: Final = (
    happened.StepCompleted, happened.StepRolledBack, happened.StepFailed, happened.StepSkipped, happened.SlotReleased,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutsideAct:
    """A skill did `kind` to `target`."""

    kind: str
    target: str
    running: Running
    stores: FakeStores
    books: Books

    @property
    def order(self) -> Order:
        return self.running.order


def an_order_acts_once(act: OutsideAct) -> str | None:
    """No skill does its outside act twice for one order key."""
    count = act.books.acts[act.order.key, act.kind, act.target]
    return None if count <= 1 else f"{act.kind} {act.target} was done {count} times for {act.order.key}"


def the_world_sees_it_once(act: OutsideAct) -> str | None:
    """Nor is it done twice by two orders, unless people undid it in between."""
    count = act.books.done[act.kind, act.target]
    return None if count <= 1 else f"{act.kind} {act.target} was done {count} times"


def an_unwanted_order_does_nothing(act: OutsideAct) -> str | None:
    """Nothing is done for an order that, as its worker read the state, is not wanted (any more)."""
    view, order = act.running.view, act.order
    if view is None:
        return f"nobody read the state for {order.key}"
    if view.state.status in _OVER:
        return f"{order.key} was not wanted: the migration was {view.state.status}"
    track = view.state.tracks.get(order.track)
    step = track.steps.get(order.step) if track is not None and track.step == order.step else None
    if step is None or (step.status, step.attempt) != ("in_progress", order.attempt):
        return f"{order.key} was not wanted: it was at {f'{step.status} {step.attempt}' if step else 'another step'}"
    progress = step.progress
    part = (progress.part, progress.done, progress.cursor) if progress else (0, 0, "")
    mine = order_key(order.migration, order.track, order.step, order.attempt, part[0])
    return (
        None
        if (order.key, order.done, order.cursor) == (mine, *part[1:])
        else f"{order.key} was not wanted, but {part}"
    )


def nothing_is_done_while_it_is_held_back(act: OutsideAct) -> str | None:
    """Nothing is done in a place that is paused or frozen, as the worker read it and at the time that it looked at.

    That the step started before is no leave: the overrun rule is about work that somebody is at already.
    """
    view, order, at = act.running.view, act.order, act.running.at
    if view is None or at is None:
        return f"{order.key} was done by somebody who read neither state nor clock"
    if paused := is_paused(view, order.track):
        return f"{act.kind} {act.target} while {paused} was paused"
    frozen = is_frozen(view, order.track, at)
    return f"{act.kind} {act.target} at {at} in {frozen}" if frozen else None


def what_is_done_was_started(act: OutsideAct) -> str | None:
    """Each act belongs to a recorded start of this very attempt and work."""
    for one in act.stores.records[act.order.migration]:
        match one.event:
            case happened.StepStarted(track=track, step=step, attempt=attempt, digest=digest):
                if (track, step, attempt, digest) == (
                    act.order.track,
                    act.order.step,
                    act.order.attempt,
                    act.order.digest,
                ):
                    return None
            case _:
                continue
    return f"{act.order.key} was never started with this digest"


def what_is_at_work_fits_the_slots(act: OutsideAct) -> str | None:
    """Workers that act just now and runs that are still going are never more than slots, wanted or not.

    An attempt that failed meanwhile, by its time-out say, holds none any more, and an aborted one whose slot was released.
    """
    keys = {running.order.key.partition("+")[0] for running in act.books.running if running.acting}
    keys.update(act.books.going.values())
    view = act.running.view
    if len(keys) <= 1 or view is None or exceeded(view.campaign.limits, [place_of(key) for key in keys]) is None:
        return None
    busy = [key for key in sorted(keys) if not _has_ended(act, key)]
    problem = exceeded(view.campaign.limits, [place_of(key) for key in busy])
    return f"{problem}: {', '.join(busy)}" if problem else None


def _has_ended(act: OutsideAct, key: str) -> bool:
    migration, track, path, attempt = key.rsplit("/", 3)
    return any(
        isinstance(one.event, _ENDS)
        and (one.event.track, one.event.step, str(one.event.attempt)) == (track, path, attempt)
        for one in act.stores.records[migration]
    )


ON_ACT: Final[tuple[Callable[[OutsideAct], str | None], ...]] = (
    an_order_acts_once,
    the_world_sees_it_once,
    an_unwanted_order_does_nothing,
    nothing_is_done_while_it_is_held_back,
    what_is_done_was_started,
    what_is_at_work_fits_the_slots,
)
