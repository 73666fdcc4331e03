"""What a move to another version of the plan changes of the tracks. Blind to both plans: the event carries everything."""

from typing import Any, Final

from shared.domain.view import Cause
from state_schema.events import MigrationMoved
from state_schema.migration import Migration, Status, StepState, Track
from state_schema.moves import TrackMoved

_PASSED: Final = frozenset({"completed", "skipped"})
_ASKED_ANEW: Final = frozenset({"pending", "queued", "awaiting_human"})


def tracks_after(state: Migration, event: MigrationMoved, cause: Cause) -> dict[str, Track]:
    """The tracks under the new version: what is kept has its new place, the rest is history's."""
    return {**state.tracks, **{one.track: _track(state.tracks[one.track], one, cause) for one in event.tracks}}


def _track(track: Track, moved: TrackMoved, cause: Cause) -> Track:
    steps = {new: track.steps[old] for old, new in moved.kept.items()}
    for path in moved.left_out:
        steps[path] = _left_out(steps.get(path), cause)
    status: Status = track.status
    if status != "completed" and moved.step is not None:
        step = steps[moved.step] = _begun_anew(steps[moved.step])
        status = "in_progress" if step.status in _PASSED or step.status == "pending" else step.status
    return track.model_copy(update={"status": status, "step": moved.step, "steps": steps})


def _left_out(step: StepState | None, cause: Cause) -> StepState:
    before = step or StepState(status="pending", attempt=1, since=cause.at)
    return before.model_copy(update={"status": "skipped", "since": cause.at})


def _begun_anew(step: StepState) -> StepState:
    """A new attempt, so that no button and no report of before fits any more. A failure stays one, and so does a wait.

    Who asked for the work, and what may have been started for it without an answer, are those of before.
    """
    if step.status in _PASSED:
        return step
    change: dict[str, Any] = {
        "attempt": step.attempt + 1, "began": step.first_attempt, "checkpoint": None, "offered": None, "deadline": None,
    }  # fmt: skip
    if step.status in _ASKED_ANEW:
        change |= {"status": "pending", "until": None, "watches": (), "seen": None, "read_at": None}
    return step.model_copy(update=change)
