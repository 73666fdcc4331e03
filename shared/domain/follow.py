"""What follows from where a migration stands, with no new input: the next event, until there is none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never

from shared.domain import asking, checkpoints
from shared.domain.deadlines import TIMED_OUT, deadline_of, due_event, opened
from shared.domain.freezing import frozen_until, start_frozen_until
from shared.domain.gate import admits, environment_of
from shared.domain.holding import pause_over
from shared.domain.orders import missing_names, work_digest
from shared.domain.reminding import reminder_event
from shared.domain.view import View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.grammar import parse_duration
from state_schema.ids import SHARED_TRACK
from state_schema.migration import Failure, StepState, Track
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep, SkillStep, Stop, WaitStep

_OVER: Final = frozenset({"pending", "completed", "aborted"})
_PASSED: Final = frozenset({"completed", "skipped"})


def track_names(view: View) -> Iterator[str]:
    """The migration's tracks in order: the shared one, if the plan has one, then its environments."""
    if view.plan.stops(SHARED_TRACK):
        yield SHARED_TRACK
    yield from view.state.environments


def next_event(view: View, at: datetime) -> Event | None:
    """The one event that must happen next at this time; None where people, machines or the clock have the turn."""
    state = view.state
    if state.status in _OVER:
        return None
    unfinished = False
    for name in track_names(view):
        track = state.tracks.get(name)
        if track is not None and track.status == "completed":
            continue
        unfinished = True
        event = _on_track(view, name, track, at)
        if event is not None:
            return event
    return None if unfinished else happened.MigrationCompleted()


def blockers_of(view: View, name: str) -> list[str]:
    """The tracks that must be completed before this one may start, and are not."""
    if name == SHARED_TRACK:
        return []
    first = [SHARED_TRACK] if view.plan.stops(SHARED_TRACK) else []
    needed = [*first, *view.plan.environments[name].blocked_by]
    return [other for other in needed if (found := view.state.tracks.get(other)) is None or found.status != "completed"]


def _on_track(view: View, name: str, track: Track | None, at: datetime) -> Event | None:
    if track is None:
        return None if blockers_of(view, name) else happened.TrackStarted(track=name)
    stops = view.plan.stops(name)
    if not stops:
        return happened.TrackCompleted(track=name)
    if track.step is None:
        return _begin(view, name, stops[0], None, at)
    stop, step = view.plan.stop(name, track.step), track.steps[track.step]
    if stop is None:
        message = f"{view.state.id} is at {name}/{track.step}, which {view.plan.ref} does not have"
        raise LookupError(message)
    if step.status not in _PASSED:
        return _at_step(view, name, stop, step, at)
    if stop.number + 1 == len(stops):
        return happened.TrackCompleted(track=name)
    following = stops[stop.number + 1]
    return _begin(view, name, following, track.steps.get(following.path), at)


def _at_step(view: View, name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
    if (due := due_event(name, stop, step, at) or reminder_event(view, name, stop, step, at)) is not None:
        return (_held_up(view, name, stop, step, at) or due) if due.kind == "step_failed" else due
    match step.status:
        case "pending" | "queued":
            return _begin(view, name, stop, step, at)
        case "failed" | "blocked" if step.checkpoint is None:
            return opened(view, name, stop, step.attempt, checkpoints.of_failure(stop, step, at))
        case "waiting" if step.until is not None and step.until <= at:
            if step.failure is None:
                return happened.StepCompleted(track=name, step=stop.path, attempt=step.attempt)
            return happened.StepRetried(track=name, step=stop.path, attempt=step.attempt + 1, automatic=True)
        case _:
            return None


def _held_up(view: View, name: str, stop: Stop, step: StepState, at: datetime) -> Event | None:
    """Another try at once, where the time ran out while a pause or a freeze kept skills from it: that is nobody's failure."""
    resource = view.state.resource
    paused = pause_over(view.gate, resource.id, environment_of(name), resource.wave) is not None
    if step.status != "in_progress" or not (paused or frozen_until(view, name, at) is not None):
        return None
    reason = "Its time ran out while it was held back; it begins again when it may."
    failure = Failure(category="transient", reason=reason, code=TIMED_OUT, retry_at=at)
    return happened.StepFailed(track=name, step=stop.path, attempt=step.attempt, failure=failure)


def _begin(view: View, name: str, stop: Stop, step: StepState | None, at: datetime) -> Event | None:
    attempt = step.attempt if step else 1
    if stop.optional and stop.phase in view.state.resource.skip:
        return happened.StepSkipped(track=name, step=stop.path, attempt=attempt)
    match stop.step:
        case SkillStep():
            if missing := missing_names(view, name, stop):
                return _no_value(name, stop, attempt, missing)
            return asking.asked_first(view, name, stop, step, at) or _start(view, name, stop, step, at)
        case DecisionStep():
            return _decide(view, name, stop, step, at)
        case ApprovalStep(approval=approval):
            address = asking.address_of(view, name, stop, approval.of)
            if address is None:
                return happened.StepCompleted(track=name, step=stop.path, attempt=attempt)
            return asking.ask(view, name, stop, step, at, watches=(address,))
        case ConfirmationStep():
            return asking.ask(view, name, stop, step, at)
        case WaitStep(wait=wait):
            until = wait if isinstance(wait, datetime) else at + parse_duration(wait)
            return happened.StepWaiting(track=name, step=stop.path, attempt=attempt, until=until)
        case _:
            assert_never(stop.step)


def _no_value(name: str, stop: Stop, attempt: int, missing: list[str]) -> Event:
    reason = f"The plan asks for {', '.join(missing)}, which has no value for this resource."
    failure = Failure(category="blocking", reason=reason[:500], code="no_value")
    return happened.StepFailed(track=name, step=stop.path, attempt=attempt, failure=failure)


def _decide(view: View, name: str, stop: Stop, step: StepState | None, at: datetime) -> Event | None:
    if isinstance(stop.step, DecisionStep) and stop.step.decision.form is not None:
        return asking.ask(view, name, stop, step, at)
    if step is None or step.offered is None:
        choices = stop.step.decision.choices if isinstance(stop.step, DecisionStep) else None
        if choices is not None:
            return happened.ChoicesOffered(
                track=name, step=stop.path, attempt=step.attempt if step else 1, choices=choices
            )
        return _start(view, name, stop, step, at)
    if step.offered.count == 0:
        return happened.StepCompleted(track=name, step=stop.path, attempt=step.attempt)
    return asking.ask(view, name, stop, step, at)


def _start(view: View, name: str, stop: Stop, step: StepState | None, at: datetime) -> Event | None:
    """The start, or the reason why it has to queue; None where it queues for that reason already."""
    attempt = step.attempt if step else 1
    queues = step is not None and step.status == "queued"
    until = start_frozen_until(view, name, stop, at)
    if until is not None:
        known = step is not None and queues and step.until == until
        return (
            None
            if known
            else happened.StepQueued(track=name, step=stop.path, attempt=attempt, why="window", until=until)
        )
    if admits(view, name, stop.path, attempt, at):
        digest = work_digest(view, name, stop)
        deadline = deadline_of(stop, at)
        return happened.StepStarted(track=name, step=stop.path, attempt=attempt, digest=digest, deadline=deadline)
    known = step is not None and queues and step.until is None
    return None if known else happened.StepQueued(track=name, step=stop.path, attempt=attempt, why="slot")
