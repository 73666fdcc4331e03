"""Who may start: slots held and places in the queue. Both follow from the state; this keeps the gate in step with it."""

from datetime import datetime
from typing import Final

from shared.domain.holding import holds_back
from shared.domain.learnt import learnt
from shared.domain.view import View
from state_schema.campaign import Campaign, Limits
from state_schema.events import CheckpointDecided, Event, MigrationAborted, MigrationCompleted, StepFailed
from state_schema.gate import Gate, Place
from state_schema.ids import SHARED_TRACK, order_key
from state_schema.migration import Migration, StepState
from state_schema.model import unchecked

_place: Final = unchecked(Place)
_OVER: Final = frozenset({"completed", "aborted"})
_COUNTED: Final = frozenset({"migration_completed", "migration_aborted", "step_failed", "checkpoint_decided"})


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
    """Whether this attempt may start now: nothing holds it back, and a slot is free after those before it in line."""
    me = slot_key(view.state, track, path, attempt)
    mine = view.gate.queue.get(me) or _place(environment=environment_of(track), wave=view.state.resource.wave, since=at)
    taken = list(view.gate.held.values())
    if _is_held_back(view.gate, view.campaign, me, mine) or not _fits(view.campaign.limits, taken, mine):
        return False
    for key, place in in_line(view.gate):
        if key == me or (place.wave, place.since, key) > (mine.wave, mine.since, me):
            break
        if _fits(view.campaign.limits, taken, place) and not _is_held_back(view.gate, view.campaign, key, place):
            taken.append(place)
    return _fits(view.campaign.limits, taken, mine)


def in_line(gate: Gate) -> list[tuple[str, Place]]:
    """The queue as it will be served: lowest wave first, then who waits longest."""
    return sorted(gate.queue.items(), key=lambda entry: (entry[1].wave, entry[1].since, entry[0]))


def could_start(gate: Gate, campaign: Campaign) -> list[str]:
    """The migrations in line that could start now, one for each slot that is free, in the order they are served."""
    taken, found = list(gate.held.values()), []
    for key, place in in_line(gate):
        if _fits(campaign.limits, taken, place) and not _is_held_back(gate, campaign, key, place):
            taken.append(place)
            found.append("/".join(key.split("/")[:2]))
    return list(dict.fromkeys(found))


def counted(gate: Gate, state: Migration, event: Event) -> Gate:
    """The gate with what a wave's opening and its breaker depend on: migrations that are over, resources that failed; and
    with what people answered to a failure.

    `state` is that before the event: no migration is over twice.
    """
    if event.kind not in _COUNTED:
        return gate
    wave = state.resource.wave
    match event:
        case MigrationCompleted() | MigrationAborted() if state.status not in _OVER:
            return gate.model_copy(update={"finished": {**gate.finished, wave: gate.finished.get(wave, 0) + 1}})
        case StepFailed(failure=failure) if failure.retry_at is None:
            failed = gate.failures.get(wave, ())
            if state.resource.id in failed:
                return gate
            return gate.model_copy(update={"failures": {**gate.failures, wave: (*failed, state.resource.id)}})
        case CheckpointDecided(reason="failure"):
            return learnt(gate, event.step, state.tracks[event.track].steps[event.step], event.verb)
        case _:
            return gate


def keep_in_step(gate: Gate, state: Migration, track: str, path: str) -> Gate:
    """The gate after a change of this step: in `held`, in `queue` or in neither, as the step's status says."""
    step = state.tracks[track].steps[path]
    key = slot_key(state, track, path, step.attempt)
    holds = at_work(step)
    queues = step.status == "queued" and step.until is None
    if holds == (key in gate.held) and queues == (key in gate.queue):
        return gate
    place = _place(environment=environment_of(track), wave=state.resource.wave, since=step.since)
    held = {name: held for name, held in gate.held.items() if name != key}
    queue = {name: queued for name, queued in gate.queue.items() if name != key}
    if holds:
        held[key] = place
    if queues:
        queue[key] = place
    return gate.model_copy(update={"held": held, "queue": queue})


def out_of_line(gate: Gate, migration: str) -> Gate:
    """The gate after a migration gave up every place it had in the queue; what is at work keeps its slot."""
    queue = {key: place for key, place in gate.queue.items() if not key.startswith(f"{migration}/")}
    return gate if queue == gate.queue else gate.model_copy(update={"queue": queue})


def _is_held_back(gate: Gate, campaign: Campaign, key: str, place: Place) -> bool:
    return holds_back(gate, campaign, key.split("/")[1], place.environment, place.wave)


def _fits(limits: Limits, taken: list[Place], place: Place) -> bool:
    if len(taken) >= limits.active:
        return False
    limit = limits.environments.get(place.environment) if place.environment else None
    return limit is None or sum(other.environment == place.environment for other in taken) < limit
