"""What people read about a state: derived words, the current step, what was last done, and what comes next."""

from collections.abc import Sequence
from typing import Final

from shared.domain.checkpoints import open_checkpoints
from shared.domain.excepting import in_utc
from shared.domain.follow import blockers_of, track_names
from shared.domain.learnt import usual
from shared.domain.view import View
from state_schema.migration import Checkpoint, PullRequestSeen, Status, StepState, Track
from state_schema.model import unchecked
from state_schema.plan import ApprovalStep, DecisionStep
from state_schema.summary import Summary

_PASSED = frozenset({"completed", "skipped"})
START: Final = "Start it"
ITS_TURN: Final = "waits for its turn"
_summary: Final = unchecked(Summary)
"""For what comes out of a state."""
Question = tuple[str, str, StepState, Checkpoint]
"""(track, path, step, checkpoint) of an open one."""
_URGENCY = ("failed", "blocked", "awaiting_human", "in_progress", "waiting", "queued", "pending", "aborted")


def word_of(view: View, name: str) -> str:
    """One word for a track: `pr_created`, `deploy_pending`, `migration_partial`, or simply its status."""
    track = view.state.tracks.get(name)
    step = track.steps.get(track.step) if track and track.step else None
    if track is None or track.step is None or step is None or track.status == "completed":
        return track.status if track else ("blocked" if view.state.status != "pending" else "pending")
    phase = track.step.split(".")[0]
    match step.status:
        case "awaiting_human":
            return _question_word(view, name, track.step, step, phase)
        case "failed":
            code = step.failure.code if step.failure else "failed"
            return f"{phase}_failed" if code == "failed" else code
        case "blocked" if step.rollback == "done":
            return f"{phase}_rolled_back"
        case "waiting" | "in_progress" if step.rollback == "ordered":
            return f"{phase}_rolling_back"
        case "waiting" if step.failure is not None:
            return f"{phase}_retrying"
        case "waiting" | "in_progress":
            return f"{phase}_running"
        case _:
            return f"{phase}_{step.status}"


def _question_word(view: View, name: str, path: str, step: StepState, phase: str) -> str:
    stop, checkpoint = view.plan.stop(name, path), step.checkpoint
    if checkpoint is None or stop is None:
        return f"{phase}_pending"
    if checkpoint.reason == "approval_required":
        return "approval_pending"
    if checkpoint.reason == "gate" and step.rollback == "ordered":
        return f"{phase}_rollback_pending"
    if checkpoint.reason == "step" and isinstance(stop.step, ApprovalStep):
        changes = isinstance(step.seen, PullRequestSeen) and step.seen.review == "changes_requested"
        return "pr_changes_requested" if changes else "pr_created"
    if checkpoint.reason == "step":
        return f"{phase}_to_decide" if isinstance(stop.step, DecisionStep) else f"{phase}_to_confirm"
    return f"{phase}_pending"


def phases_of(view: View, name: str) -> dict[str, Status]:
    """Each phase of the track and its status, in order; a phase is completed when all its steps are passed."""
    track = view.state.tracks.get(name) or Track()
    phases: dict[str, list[Status]] = {}
    for stop in view.plan.stops(name):
        step = track.steps.get(stop.path)
        phases.setdefault(stop.phase, []).append(step.status if step else "pending")
    return {phase: _phase_status(statuses) for phase, statuses in phases.items()}


def _phase_status(statuses: list[Status]) -> Status:
    if all(status in _PASSED for status in statuses):
        return "skipped" if set(statuses) == {"skipped"} else "completed"
    present = [status for status in statuses if status not in _PASSED and status != "pending"]
    if present:
        return present[0]
    return "in_progress" if set(statuses) != {"pending"} else "pending"


def last_done(view: View) -> str:
    """The step that was passed last, as `<track>: <phase>.<step>`; empty where none was."""
    passed = [
        (step.since, f"{name}: {path}")
        for name, track in view.state.tracks.items()
        for path, step in track.steps.items()
        if step.status in _PASSED
    ]
    return max(passed, default=(None, ""))[1]


def next_action(view: View) -> str:
    """What must happen next, in one sentence; the summary's `command` is how a person does it."""
    return _next_action(view, _questions(view))


def _next_action(view: View, questions: Sequence[Question]) -> str:
    state = view.state
    if state.status == "pending":
        return START
    if state.status in {"completed", "aborted"}:
        return ""
    if questions:
        track, path, step, checkpoint = questions[0]
        found = usual(view.gate, path, step, checkpoint)
        return f"{track}: {checkpoint.ask}{f' ({found})' if found else ''}"
    busy = [(name, track) for name, track in state.tracks.items() if track.status != "completed" and track.step]
    return "; ".join(f"{name}: {track.step} {_busy(track)}" for name, track in busy)


def _busy(track: Track) -> str:
    step = track.steps.get(track.step or "")
    match track.status:
        case "queued" if step is not None and step.until is not None:
            return f"may start at {in_utc(step.until)}"
        case "queued":
            return ITS_TURN
        case "waiting" if step is not None and step.until is not None:
            return f"waits until {in_utc(step.until)}"
        case "waiting":
            return "runs elsewhere"
        case "in_progress":
            return "is at work"
        case status:
            return status


def _next_command(view: View, questions: Sequence[Question]) -> str:
    """What a person types to do that, as it follows `/migrate`; empty where nobody is asked."""
    state = view.state
    if state.status == "pending":
        return f"start {state.resource.id}"
    if not questions or state.status in {"completed", "aborted"}:
        return ""
    track, path, _, checkpoint = questions[0]
    verb, stop = checkpoint.verbs[0], view.plan.stop(track, path)
    typed = f"{verb} {state.resource.id} {track}"
    if verb != "decide":
        return typed
    decision = stop.step.decision if stop is not None and isinstance(stop.step, DecisionStep) else None
    if decision is not None and decision.form is not None:
        return f"{typed} FIELD=VALUE …"
    return f"{typed} {'all' if decision is not None and decision.takes_many else 'CHOICE'}"


def _questions(view: View) -> list[Question]:
    """What people are asked, failures first."""
    return sorted(open_checkpoints(view), key=lambda question: question[3].kind != "intervention")


def urgent_track(view: View) -> str | None:
    """The track that people should look at first; None before the start."""
    unfinished = [(name, track) for name, track in view.state.tracks.items() if track.status != "completed"]
    return min(unfinished, key=lambda entry: _URGENCY.index(entry[1].status))[0] if unfinished else None


def summary_of(view: View) -> Summary:
    """The migration's row in lists; `current_step` is the most urgent track and its step, as `<track>: <phase>.<step>`."""
    state = view.state
    urgent, questions = urgent_track(view), _questions(view)
    at = state.tracks[urgent].step if urgent else None
    asked = questions[0] if questions else None
    return _summary(
        migration=state.id,
        resource=state.resource.id,
        name=state.resource.name or state.resource.id,
        wave=state.resource.wave,
        owner=state.resource.owner,
        status=state.status,
        word=word_of(view, urgent) if urgent and state.status != "aborted" else state.status,
        current_step=f"{urgent}: {at}" if at else "",
        last_done=last_done(view),
        next_action=_next_action(view, questions),
        command=_next_command(view, questions),
        actionable=asked is not None or state.status == "pending",
        asked_at=asked[3].opened_at if asked else None,
        asked_in=asked[0] if asked else None,
        version=state.version,
        changed_at=state.changed_at,
    )


def waits_for(view: View, name: str) -> list[str]:
    """The tracks that this one is blocked by; empty where it has started."""
    return blockers_of(view, name) if name in track_names(view) and name not in view.state.tracks else []
