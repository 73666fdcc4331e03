"""What must hold after each commit: one small function a rule. Each answers the problem in a sentence, or None."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.domain.checkpoints import approval_digest
from shared.domain.evolve import evolve
from shared.domain.gate import at_work, environment_of, slot_key
from shared.domain.holding import breaker_is_open
from shared.domain.permissions import layer_of
from shared.domain.view import Cause, View
from shared.domain.watching import watched
from shared.ports.migrations import Commit
from state_schema import events as happened
from state_schema.campaign import Campaign, Limits
from state_schema.events import Recorded
from state_schema.gate import Gate, Place
from state_schema.ids import SHARED_TRACK
from state_schema.migration import Migration
from state_schema.plan import SkillStep
from state_schema.skills import SKILLS
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books
from tests.simulation.frozen import is_frozen, is_paused, runs_into
from tests.simulation.world.agenda import START

_PASSED: Final = frozenset({"completed", "skipped"})
_OVER: Final = frozenset({"completed", "aborted"})
_AFTER_THE_END: Final = (happened.ActRefused, happened.SlotReleased)
_FOLDED: Final = 4
"""One commit of so many is folded again as it is stored; whole histories are at the end."""
_MOVES: Final = (happened.StepStarted, happened.StepQueued, happened.StepWaiting, happened.CheckpointOpened)


@dataclass(frozen=True, slots=True)
class Step:
    """One commit: the state and gate that were stored before it, and the store and the view after it."""

    before: Migration | None
    gate_before: Gate
    tail_before: str
    commit: Commit
    after: View
    stores: FakeStores
    books: Books

    @property
    def history(self) -> list[Recorded]:
        return self.stores.records[self.commit.state.id]


def a_version_counts_its_events(step: Step) -> str | None:
    """A migration's version is the number of its recorded events."""
    if step.commit.state.version == len(step.history):
        return None
    return f"version {step.commit.state.version}, {len(step.history)} events"


def events_lead_to_the_state(step: Step) -> str | None:
    """Folding the recorded events onto the state that was stored gives the state that is stored."""
    state = step.before
    if step.commit.state.version % _FOLDED:
        return None
    for one in step.commit.records:
        state = evolve(state, one.event, Cause(one.at, one.actor, one.signal))
    return None if state == step.commit.state else "the fold of its events is another state"


def history_has_no_hole_and_no_rewrite(step: Step) -> str | None:
    """Each event carries the next number and the hash of the one before it."""
    number, tail = step.before.version if step.before else 0, step.tail_before
    for one in step.commit.records:
        number += 1
        if (one.number, one.previous) != (number, tail):
            return f"event {one.number} does not follow event {number - 1}"
        tail = one.hash
    return None


def blockers_come_first(step: Step) -> str | None:
    """No environment's track starts before the shared track and all that it is blocked by are completed."""
    tracks, plan = step.after.state.tracks, step.after.plan
    for one in step.commit.records:
        if isinstance(one.event, happened.TrackStarted) and one.event.track != SHARED_TRACK:
            shared = (SHARED_TRACK,) if plan.stops(SHARED_TRACK) else ()
            for blocker in (*shared, *plan.environments[one.event.track].blocked_by):
                if blocker not in tracks or tracks[blocker].status != "completed":
                    return f"{one.event.track} started before {blocker} was completed"
    return None


def steps_go_in_order(step: Step) -> str | None:
    """No step begins before all the steps before it on its track are completed or skipped."""
    state, plan = step.commit.state, step.after.plan
    for one in step.commit.records:
        if isinstance(one.event, _MOVES):
            track, stop = state.tracks[one.event.track], plan.stop(one.event.track, one.event.step)
            assert stop is not None
            for earlier in plan.stops(one.event.track)[: stop.number]:
                found = track.steps.get(earlier.path)
                if found is None or found.status not in _PASSED:
                    return f"{one.event.track}/{stop.path} began before {earlier.path} was done"
    return None


def gated_work_has_its_decision(step: Step) -> str | None:
    """No gated work starts without a recorded decision whose digest and attempt match."""
    for one in step.commit.records:
        if isinstance(one.event, happened.StepStarted):
            problem = _undecided(step, one.event)
            if problem is not None:
                return problem
    return None


def _undecided(step: Step, started: happened.StepStarted) -> str | None:
    view, track = step.after, started.track
    stop = view.plan.stop(track, started.step)
    if stop is None or not isinstance(stop.step, SkillStep):
        return None
    back = view.state.tracks[track].steps[started.step].rollback == "ordered"
    action = SKILLS[(stop.step.on_failure.rollback if back else None) or stop.step.skill].action
    if action == "read":
        return None
    decisions = [one.event for one in step.history if isinstance(one.event, happened.CheckpointDecided)]
    here = [event for event in decisions if event.track == track]
    environment = view.plan.environments.get(track)
    if environment is not None and environment.approval_required:
        wanted = approval_digest(view, track)
        if not any(event.reason == "approval_required" and event.digest == wanted for event in here):
            return f"{track}/{started.step} started without the approval of {track}"
    if layer_of(view, track, action, stop.step.gate) == "automatic":
        return None
    first = started.attempt - view.state.tracks[track].steps[started.step].retries
    for event in here:
        alone = (
            not is_guarded(view.campaign, track) or layer_of(view, track, action, stop.step.gate) != "explicit_command"
        )
        by_asking = alone and event.reason == "failure" and event.verb in {"retry", "rollback"}
        permits = event.reason == "gate" or by_asking
        if permits and event.step == started.step and event.digest == started.digest and event.attempt >= first:
            return None
    return f"{track}/{started.step} attempt {started.attempt} started without a decision for this work"


def only_people_decide(step: Step) -> str | None:
    """Every decision was made by a person who really did it and may do it: no time-out approves, nor does a stranger."""
    people = step.after.campaign.people
    for one in step.commit.records:
        if isinstance(one.event, happened.CheckpointDecided):
            if step.books.decided.get(one.signal) != one.actor:
                return f"{one.actor} did not do {one.signal}"
            by_approvers = one.event.reason == "approval_required" or one.event.verb == "approve"
            guarded = one.event.reason == "gate" and is_guarded(step.after.campaign, one.event.track)
            allowed = people.approvers if by_approvers else people.operators
            if one.actor not in (*allowed, *(people.approvers if guarded else ())):
                return f"{one.actor} may not answer {one.event.reason}"
    return None


def is_guarded(campaign: Campaign, track: str) -> bool:
    """Whether one person alone cannot have something done there that wants an approval."""
    return track in campaign.gates.four_eyes or campaign.gates.quorum.get(track, 1) > 1


def what_is_over_stays_over(step: Step) -> str | None:
    """After the end nothing is recorded any more but refusals, and slots that an abort left behind."""
    if step.before is None or step.before.status not in {"completed", "aborted"}:
        return None
    found = [one.event.kind for one in step.commit.records if not isinstance(one.event, _AFTER_THE_END)]
    return f"{found} after it was {step.before.status}" if found else None


def nothing_starts_while_it_is_held_back(step: Step) -> str | None:
    """No step starts where it is paused, frozen or denied by a window, would run into one, or where the breaker is open."""
    view, wave = step.after.after(step.commit.state, step.gate_before, step.after.plan), step.commit.state.resource.wave
    for one in step.commit.records:
        if isinstance(one.event, happened.StepStarted):
            started, track = f"{one.event.track}/{one.event.step} started", one.event.track
            paused, frozen = is_paused(view, track), is_frozen(view, track, one.at)
            if paused is not None:
                return f"{started} while {paused} was paused"
            if breaker_is_open(view.gate, view.campaign, wave):
                return f"{started} while the breaker of wave {wave} was open"
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


def watches_are_those_of_the_state(step: Step) -> str | None:
    """The store watches exactly the addresses that the state waits for."""
    state = step.commit.state
    stored = {(one.address, one.track, one.step) for one in step.stores.watches if one.migration == state.id}
    wanted = set(watched(state))
    return None if stored == wanted else f"stored {sorted(stored)}, wanted {sorted(wanted)}"


def what_waits_is_looked_at_again(step: Step) -> str | None:
    """Every migration that was started and is not over has a time at which it is looked at again."""
    waits = step.commit.state.status not in {"pending", "completed", "aborted"}
    return "nobody will look at it again" if waits and step.commit.state.id not in step.stores.due else None


ON_COMMIT: Final[tuple[Callable[[Step], str | None], ...]] = (
    a_version_counts_its_events,
    events_lead_to_the_state,
    history_has_no_hole_and_no_rewrite,
    blockers_come_first,
    steps_go_in_order,
    gated_work_has_its_decision,
    only_people_decide,
    what_is_over_stays_over,
    slots_are_never_exceeded,
    the_gate_says_what_the_state_says,
    watches_are_those_of_the_state,
    what_waits_is_looked_at_again,
    nothing_starts_while_it_is_held_back,
    a_wave_waits_for_its_turn,
)


def place_of(key: str) -> Place:
    """The place that an order of this key takes, for counting."""
    _, _, track, *_ = key.split("/")
    return Place.model_construct(environment=environment_of(track), wave=1, since=START)
