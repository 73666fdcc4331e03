"""What must hold of starts and slots after each commit: nothing starts out of turn, and the gate says what the states say."""

from typing import Final

from shared.domain.gate import at_work, environment_of, slot_key
from state_schema import events as happened
from state_schema.campaign import Limits
from state_schema.gate import Place
from state_schema.migration import Migration
from tests.simulation.frozen import is_frozen, is_paused, runs_into
from tests.simulation.step import Rule, Step
from tests.simulation.world.agenda import START

_OVER: Final = frozenset({"completed", "aborted"})


def nothing_starts_while_it_is_held_back(step: Step) -> str | None:
    """No step starts where it is paused, frozen or denied by a window, or would run into one."""
    view = step.after.after(step.commit.state, step.gate_before, step.after.plan)
    for one in step.commit.records:
        if isinstance(one.event, happened.StepStarted):
            started, track = f"{one.event.track}/{one.event.step} started", one.event.track
            paused, frozen = is_paused(view, track), is_frozen(view, track, one.at)
            if paused is not None:
                return f"{started} while {paused} was paused"
            if frozen is not None:
                return f"{started} at {one.at} in {frozen}"
            stop = view.plan.stop(track, one.event.step)
            refusal = runs_into(view, track, stop, one.at) if stop is not None else None
            if refusal is not None:
                return f"{started} at {one.at}, and {refusal}"
    return None


def a_wave_waits_for_its_turn(step: Step) -> str | None:
    """No migration starts before its wave is open: by command, or because all of the wave before are over."""
    for one in step.commit.records:
        if isinstance(one.event, happened.MigrationStarted):
            wave = step.commit.state.resource.wave
            after = step.after.campaign.waves[wave].after
            before = [state for state in step.stores.states.values() if state.resource.wave == after]
            if wave not in step.gate_before.opened and any(state.status not in _OVER for state in before):
                return f"it started before wave {after} was over"
    return None


def slots_are_never_exceeded(step: Step) -> str | None:
    """Never more at work than there are slots, in the campaign and in each environment."""
    gate = step.stores.gates.get(step.commit.state.campaign)
    return None if gate is None else exceeded(step.after.campaign.limits, list(gate.held.values()))


def exceeded(limits: Limits, held: list[Place]) -> str | None:
    """What is wrong with so many at work at once."""
    if len(held) > limits.active:
        return f"{len(held)} at work, {limits.active} allowed"
    for name, limit in limits.environments.items():
        count = sum(place.environment == name for place in held)
        if count > limit:
            return f"{count} at work in {name}, {limit} allowed"
    return None


def the_gate_says_what_the_state_says(step: Step) -> str | None:
    """Of each migration the gate holds exactly the steps that are at work, and queues exactly those that wait for a slot."""
    state = step.commit.state
    gate = step.stores.gates.get(state.campaign, step.gate_before)
    held, queued = places_of(state)
    mine = f"{state.id}/"
    found = ({key for key in gate.held if key.startswith(mine)}, {key for key in gate.queue if key.startswith(mine)})
    if found != (held, queued):
        return f"the gate says {found}, the state {(held, queued)}"
    if gate is step.gate_before:
        return None
    others = [{k: v for k, v in one.items() if not k.startswith(mine)} for one in (gate.held, gate.queue)]
    before = step.gate_before
    if others == [{k: v for k, v in one.items() if not k.startswith(mine)} for one in (before.held, before.queue)]:
        return None
    return "a place of another migration changed with it"


def places_of(state: Migration) -> tuple[set[str], set[str]]:
    """The slots that the state holds, and those that it queues for."""
    held: set[str] = set()
    queued: set[str] = set()
    for name, track in state.tracks.items():
        for path, step in track.steps.items():
            if at_work(step):
                held.add(slot_key(state, name, path, step.attempt))
            elif step.status == "queued" and step.until is None and state.status != "aborted":
                queued.add(slot_key(state, name, path, step.attempt))
    return held, queued


def place_of(key: str) -> Place:
    """The place that an order of this key takes, for counting."""
    _, _, track, *_ = key.split("/")
    return Place.model_construct(environment=environment_of(track), wave=1, since=START)


OF_SLOTS: Final = (
    Rule(slots_are_never_exceeded),
    Rule(the_gate_says_what_the_state_says),
    Rule(nothing_starts_while_it_is_held_back, happened.StepStarted),
    Rule(a_wave_waits_for_its_turn, happened.MigrationStarted),
)
