"""What must hold of history and state after each commit: one small function a rule, which answers the problem, or None."""

from typing import Final

from shared.domain.evolve import evolve
from shared.domain.view import Cause
from shared.domain.watching import watched
from state_schema import events as happened
from state_schema.ids import SHARED_TRACK
from tests.simulation.step import Rule, Step

_PASSED: Final = frozenset({"completed", "skipped"})
_AFTER_THE_END: Final = (happened.ActRefused, happened.SlotReleased, happened.StepPending)
_FOLDED: Final = 4
"""One commit of so many is folded again as it is stored; whole histories are at the end."""
_MOVES: Final = (happened.StepStarted, happened.StepQueued, happened.StepWaiting, happened.CheckpointOpened)


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


def what_is_over_stays_over(step: Step) -> str | None:
    """After the end nothing is recorded any more but refusals, and what becomes of work that an abort left behind."""
    if step.before is None or step.before.status not in {"completed", "aborted"}:
        return None
    found = [one.event.kind for one in step.commit.records if not isinstance(one.event, _AFTER_THE_END)]
    return f"{found} after it was {step.before.status}" if found else None


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


ON_COMMIT: Final = (
    Rule(a_version_counts_its_events),
    Rule(events_lead_to_the_state),
    Rule(history_has_no_hole_and_no_rewrite),
    Rule(blockers_come_first, happened.TrackStarted),
    Rule(steps_go_in_order, *_MOVES),
    Rule(what_is_over_stays_over),
    Rule(watches_are_those_of_the_state),
    Rule(what_waits_is_looked_at_again),
)
