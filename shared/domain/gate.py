"""Who may start: slots held and places in the queue. Both follow from the state; this keeps the gate in step with it."""

from datetime import datetime

from shared.domain.view import View
from state_schema.campaign import Limits
from state_schema.gate import Gate, Place
from state_schema.ids import SHARED_TRACK, order_key
from state_schema.migration import Migration, StepState


def slot_key(state: Migration, track: str, path: str, attempt: int) -> str:
    """A slot is held by an attempt, however many orders it takes."""
    return order_key(state.id, track, path, attempt)


def environment_of(track: str) -> str | None:
    """None for the shared track, which belongs to no environment."""
    return None if track == SHARED_TRACK else track


def at_work(step: StepState) -> bool:
    """Whether it holds a slot: an order is out, or machines work for it elsewhere. A wait for the clock holds none."""
    return step.status == "in_progress" or (step.status == "waiting" and bool(step.watches))


def admits(view: View, track: str, path: str, attempt: int, at: datetime) -> bool:
    """Whether this attempt may start now: a slot is free after those who wait in a lower wave, or longer."""
    me = slot_key(view.state, track, path, attempt)
    mine = view.gate.queue.get(me) or Place(environment=environment_of(track), wave=view.state.resource.wave, since=at)
    taken = list(view.gate.held.values())
    if not _fits(view.campaign.limits, taken, mine):
        return False
    for key, place in in_line(view.gate):
        if key == me or (place.wave, place.since, key) > (mine.wave, mine.since, me):
            break
        if _fits(view.campaign.limits, taken, place):
            taken.append(place)
    return _fits(view.campaign.limits, taken, mine)


def in_line(gate: Gate) -> list[tuple[str, Place]]:
    """The queue as it will be served: lowest wave first, then who waits longest."""
    return sorted(gate.queue.items(), key=lambda entry: (entry[1].wave, entry[1].since, entry[0]))


def next_in_line(view: View) -> str | None:
    """The migration that could start now because a slot is free; None where none waits or fits."""
    taken = list(view.gate.held.values())
    for key, place in in_line(view.gate):
        if _fits(view.campaign.limits, taken, place):
            return "/".join(key.split("/")[:2])
    return None


def keep_in_step(gate: Gate, state: Migration, track: str, path: str, attempt: int) -> Gate:
    """The gate after a change of this step: in `held`, in `queue` or in neither, as the step's status says."""
    step = state.tracks[track].steps[path]
    key = slot_key(state, track, path, attempt)
    holds = at_work(step)
    queues = step.status == "queued" and step.until is None
    if holds == (key in gate.held) and queues == (key in gate.queue):
        return gate
    place = Place(environment=environment_of(track), wave=state.resource.wave, since=step.since)
    held = {name: held for name, held in gate.held.items() if name != key}
    queue = {name: queued for name, queued in gate.queue.items() if name != key}
    if holds:
        held[key] = place
    if queues:
        queue[key] = place
    return gate.model_copy(update={"held": held, "queue": queue})


def without(gate: Gate, migration: str) -> Gate:
    """The gate after a migration gave up all it held and every place it had in the queue."""
    held = {key: place for key, place in gate.held.items() if not key.startswith(f"{migration}/")}
    queue = {key: place for key, place in gate.queue.items() if not key.startswith(f"{migration}/")}
    return gate if (held, queue) == (gate.held, gate.queue) else gate.model_copy(update={"held": held, "queue": queue})


def _fits(limits: Limits, taken: list[Place], place: Place) -> bool:
    if len(taken) >= limits.active:
        return False
    limit = limits.environments.get(place.environment) if place.environment else None
    return limit is None or sum(other.environment == place.environment for other in taken) < limit
