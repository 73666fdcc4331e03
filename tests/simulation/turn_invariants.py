"""Whose turn it is to start, computed once more from what happened: which resources failed, who waits, and since when."""

from datetime import datetime, timedelta
from typing import Final

from state_schema import events as happened
from state_schema.campaign import Campaign
from state_schema.gate import Place
from state_schema.ids import SHARED_TRACK, order_key
from state_schema.migration import Migration
from tests.simulation.frozen import is_frozen, is_paused
from tests.simulation.slot_invariants import exceeded
from tests.simulation.step import Rule, Step

_BEGINS: Final = (happened.StepStarted, happened.StepPending)
_GRACE: Final = timedelta(hours=1)
_REPORTS: Final = ("report:", "parked:")
"""What a skill said, and what is said of an order that ended among the dead letters."""


def a_breaker_stops_its_wave(step: Step) -> str | None:
    """No step starts in a wave in which so many resources have failed since somebody resumed it."""
    wave, campaign = step.commit.state.resource.wave, step.after.campaign
    failed = set(step.books.failed[wave])
    for one in step.commit.records:
        if has_failed(one.event):
            failed.add(step.commit.state.resource.id)
        elif isinstance(one.event, happened.StepStarted) and _is_too_much(campaign, wave, len(failed)):
            return f"{one.event.track}/{one.event.step} started after {', '.join(sorted(failed))} had failed in wave {wave}"
    return None


def has_failed(event: happened.Event) -> bool:
    """Whether it is a failure that a person has to answer."""
    return isinstance(event, happened.StepFailed) and event.failure.retry_at is None


def _is_too_much(campaign: Campaign, wave: int, failed: int) -> bool:
    if campaign.breaker is None or not failed:
        return False
    most = campaign.breaker.failures
    if isinstance(most, int):
        return failed >= most
    return 100 * failed >= float(most.rstrip("%")) * sum(one.wave == wave for one in campaign.resources)


def nobody_overtakes_in_line(step: Step) -> str | None:
    """Who starts leaves a slot to each who was before it in line, in a lower wave or for longer, and could start, too."""
    gate, limits, wave = step.after.gate, step.after.campaign.limits, step.commit.state.resource.wave
    if not gate.queue:
        return None
    started = {_key(step, one.event): one for one in step.commit.records if isinstance(one.event, happened.StepStarted)}
    taken = [place for key, place in gate.held.items() if key not in started]
    for key, one in started.items():
        mine = _place(key, wave, _waits_since(step.before, key) or one.at)
        before = list(taken)
        for place in _able_to_start(step, one.at):
            earlier = (place.wave, place.since) < (mine.wave, mine.since)
            if earlier and exceeded(limits, [*before, place]) is None:
                before.append(place)
        if exceeded(limits, [*before, mine]) is not None:
            waited = ", ".join(f"{one.environment} since {one.since:%H:%M:%S}" for one in before[len(taken) :])
            return f"{key} started, waiting since {mine.since:%H:%M:%S}, and before it in line there waited {waited}"
        taken.append(mine)
    return None


def _able_to_start(step: Step, at: datetime) -> list[Place]:
    """Who waited for a slot before, still does, and is held back by nothing else, in the order in which to serve them."""
    found = []
    for key in sorted(step.gate_before.queue.keys() & step.after.gate.queue.keys()):
        migration, track = key.rsplit("/", 3)[0], key.split("/")[2]
        state = step.stores.states[migration]
        view = step.after.after(state, step.after.gate, step.after.plan)
        failed = len(step.books.failed[state.resource.wave] | _failed_now(step, state.resource.wave))
        stopped = _is_too_much(step.after.campaign, state.resource.wave, failed)
        since = _waits_since(state, key, for_a_slot=True)
        if since is not None and not stopped and not is_paused(view, track) and not is_frozen(view, track, at):
            found.append(_place(key, state.resource.wave, since))
    return sorted(found, key=lambda place: (place.wave, place.since))


def _failed_now(step: Step, wave: int) -> set[str]:
    resource = step.commit.state.resource
    here = resource.wave == wave and any(has_failed(one.event) for one in step.commit.records)
    return {resource.id} if here else set()


def _waits_since(state: Migration | None, key: str, *, for_a_slot: bool = False) -> datetime | None:
    """Since when this attempt is queued, for whatever reason or only `for_a_slot`; None where it is not.

    Who waited for a window takes that time along into the line.
    """
    _, _, name, path, attempt = key.split("/")
    track = state.tracks.get(name) if state is not None else None
    found = track.steps.get(path) if track is not None else None
    if found is None or (found.status, str(found.attempt)) != ("queued", attempt):
        return None
    return None if for_a_slot and found.until is not None else found.since


def _key(step: Step, event: happened.AtStep) -> str:
    return order_key(step.commit.state.id, event.track, event.step, event.attempt)


def _place(key: str, wave: int, since: datetime) -> Place:
    track = key.split("/")[2]
    return Place.model_construct(environment=None if track == SHARED_TRACK else track, wave=wave, since=since)


def an_abort_frees_no_slot_early(step: Step) -> str | None:
    """A slot that an abort left behind is freed by a report that ends the work, by the end of its run, or of its time."""
    for one in step.commit.records:
        match one.event:
            case happened.SlotReleased(why="deadline") as freed:
                limit = _given_up_at(step, freed)
                if one.at < limit:
                    return f"{freed.track}/{freed.step} was given up at {one.at:%H:%M:%S}, and had time until {limit:%H:%M:%S}"
            case happened.SlotReleased() as freed if _key(step, freed) in step.books.going.values():
                return f"the run of {freed.track}/{freed.step} is still going"
            case happened.SlotReleased(why="reported") as freed if not one.signal.startswith(_REPORTS):
                return f"{one.signal} freed the slot of {freed.track}/{freed.step}, and is no report"
            case _:
                continue
    return None


def _given_up_at(step: Step, freed: happened.SlotReleased) -> datetime:
    """The deadline that it started with, or an hour after it started or was handed over to machines elsewhere."""
    place, limit = (freed.track, freed.step, freed.attempt), step.history[0].at
    for one in step.history:
        event = one.event
        if not isinstance(event, _BEGINS) or (event.track, event.step, event.attempt) != place:
            continue
        if isinstance(event, happened.StepStarted) and event.deadline is not None:
            return event.deadline
        limit = one.at + _GRACE
    return limit


OF_TURNS: Final = (
    Rule(a_breaker_stops_its_wave, happened.StepStarted),
    Rule(nobody_overtakes_in_line, happened.StepStarted),
    Rule(an_abort_frees_no_slot_early, happened.SlotReleased),
)
