"""The fold: a state and one event give the next state. Total, and blind to plan and campaign."""

from typing import Any, Final, assert_never

from shared.domain.gate import at_work
from shared.domain.moved import tracks_after
from shared.domain.step_changes import CHANGES
from shared.domain.view import Cause
from state_schema import events as happened
from state_schema.events import Event
from state_schema.ids import migration_id
from state_schema.migration import Migration, Status, StepState, Track
from state_schema.model import unchecked

REMEMBERED_ACTS: Final = 8
_URGENCY: Final[tuple[Status, ...]] = (
    "failed", "blocked", "awaiting_human", "in_progress", "waiting", "queued", "pending",
)  # fmt: skip
_PASSED: Final = frozenset({"completed", "skipped"})
_ACTS_AT_STEPS: Final = frozenset({"checkpoint_decided", "approval_given", "checkpoint_assigned"})
_UNTOUCHED: Final = Track()
_first_step: Final = unchecked(StepState)


def evolve(state: Migration | None, event: Event, cause: Cause) -> Migration:
    """The state after the event; None is the state before the first one, which creates the migration."""
    if state is None:
        return _created(event, cause)
    changes: dict[str, Any] = {"version": state.version + 1, "changed_at": cause.at}
    match event:
        case happened.AtStep() | happened.TrackStarted() | happened.TrackCompleted():
            tracks = {**state.tracks, event.track: _track_after(state, event, cause)}
            changes |= {"tracks": tracks, "status": "aborted" if state.status == "aborted" else _roll_up(tracks)}
            if event.kind in _ACTS_AT_STEPS:
                changes["acts"] = _remember(state, cause)
        case happened.MigrationCreated():
            message = f"{state.id} was created twice"
            raise ValueError(message)
        case happened.MigrationStarted():
            changes |= {"status": "in_progress", "started_by": cause.actor, "started_at": cause.at}
            changes["acts"] = _remember(state, cause)
        case happened.MigrationCompleted():
            changes["status"] = "completed"
        case happened.MigrationAborted():
            changes |= {"status": "aborted", "acts": _remember(state, cause)}
            changes["tracks"] = {name: _closed(track) for name, track in state.tracks.items()}
        case happened.MigrationMoved():
            moved = tracks_after(state, event, cause)
            changes |= {"plan": event.plan, "tracks": moved, "acts": _remember(state, cause)}
            changes["status"] = _roll_up(moved) if moved else state.status
        case happened.ActRefused():
            changes["acts"] = _remember(state, cause)
        case _:
            assert_never(event)
    return state.model_copy(update=changes)


def _created(event: Event, cause: Cause) -> Migration:
    if not isinstance(event, happened.MigrationCreated):
        message = f"the first event creates the migration; this one is {event.kind}"
        raise TypeError(message)
    return Migration(
        id=migration_id(event.campaign, event.resource.id),
        campaign=event.campaign,
        resource=event.resource,
        plan=event.plan,
        environments=event.environments,
        version=1,
        changed_at=cause.at,
    )


def _remember(state: Migration, cause: Cause) -> tuple[str, ...]:
    return (*state.acts, cause.signal)[-REMEMBERED_ACTS:]


def _roll_up(tracks: dict[str, Track]) -> Status:
    present = {track.status for track in tracks.values()}
    for status in _URGENCY:
        if status in present:
            return status
    return "in_progress"


def _closed(track: Track) -> Track:
    """The track of an aborted migration: no question is open; only work that is out goes on, until it is heard of."""
    step = track.steps.get(track.step) if track.step else None
    if track.step is None or step is None or track.status == "completed" or at_work(step):
        return track
    status: Status = "failed" if step.status == "failed" else "aborted"
    closed = step.model_copy(update={"status": status, "checkpoint": None, "until": None, "watches": ()})
    return track.model_copy(update={"status": status, "steps": {**track.steps, track.step: closed}})


def _track_after(state: Migration, event: Event, cause: Cause) -> Track:
    name: str = event.track  # type: ignore[union-attr]  # events without a track are handled by the caller
    track = state.tracks.get(name) or _UNTOUCHED
    match event.kind:
        case "track_started":
            return track.model_copy(update={"status": "in_progress"})
        case "track_completed":
            return track.model_copy(update={"status": "completed"})
        case _:
            path: str = event.step  # type: ignore[union-attr]  # all others are about a step
    before = track.steps.get(path) or _first_step(status="pending", attempt=1, since=cause.at)
    step = _step_after(before, event, cause, state.version + 1)
    update: dict[str, Any] = {
        "step": path,
        "status": "in_progress" if step.status in _PASSED or step.status == "pending" else step.status,
        "steps": {**track.steps, path: step},
    }
    if event.kind == "checkpoint_decided" and event.reason == "approval_required":
        update["approval"] = step.decided[-1]
    return track.model_copy(update=update)


def _step_after(step: StepState, event: Event, cause: Cause, number: int) -> StepState:
    change = CHANGES[type(event)](step, event, cause, number)
    if "status" in change and change["status"] != step.status:
        change["since"] = cause.at
    return step.model_copy(update=change)
