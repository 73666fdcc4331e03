"""What must hold of each act of a skill in the outside world, counted there and not in our books."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.domain.orders import orders_for
from state_schema import events as happened
from state_schema.ids import order_key
from state_schema.orders import Order
from tests.fakes.stores import FakeMigrations, FakeStores
from tests.simulation.books import Books, Running
from tests.simulation.frozen import is_paused
from tests.simulation.slot_invariants import exceeded, place_of


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
    view = act.running.view
    return None if view is not None and act.order in orders_for(view) else f"{act.order.key} was not wanted"


def nothing_is_done_while_it_is_held_back(act: OutsideAct) -> str | None:
    """Nothing is done in a place that, as the worker read it, is paused or frozen."""
    view, order = act.running.view, act.order
    if view is None:
        return "nobody read the state"
    paused = is_paused(view, order.track)
    return f"{act.kind} {act.target} while {paused} was paused" if paused else None


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


def skills_at_work_fit_the_slots(act: OutsideAct) -> str | None:
    """Of the skills that really act just now on what is still wanted, there are never more than slots."""
    wanted = {}
    for running in act.books.running:
        if running.acting:
            view = FakeMigrations(act.stores).load(running.order.migration).view
            if running.order in orders_for(view):
                order = running.order
                wanted[order_key(order.migration, order.track, order.step, order.attempt)] = view
    if len(wanted) <= 1:
        return None
    limits = next(iter(wanted.values())).campaign.limits
    return exceeded(limits, [place_of(key) for key in wanted])


ON_ACT: Final[tuple[Callable[[OutsideAct], str | None], ...]] = (
    an_order_acts_once,
    the_world_sees_it_once,
    an_unwanted_order_does_nothing,
    nothing_is_done_while_it_is_held_back,
    what_is_done_was_started,
    skills_at_work_fit_the_slots,
)
