"""What a signal itself brings about, before anything follows from it."""

from datetime import datetime
from typing import Any, Final

from shared.domain import checkpoints
from shared.domain.consequences import merged_outputs
from shared.domain.failures import on_failure
from shared.domain.gone import is_no_news
from shared.domain.permissions import MERGED_WITHOUT_APPROVAL, has_merge_approval, wants_merge_approval
from shared.domain.view import View
from shared.domain.voiding import void_by_push
from state_schema import events as happened
from state_schema.events import Event
from state_schema.ids import order_key
from state_schema.migration import Category, Failure, Outputs, PullRequestSeen, RunSeen, StepState
from state_schema.plan import ApprovalStep, DecisionStep, Stop
from state_schema.signals import Failed, Observed, Pending, Progressed, Reported, Succeeded

PR_CLOSED: Final = "pr_closed"
Place = dict[str, Any]
"""Track, step and attempt, as every step event has them."""


def on_report(view: View, signal: Reported) -> list[Event]:
    """The events of a skill's report; none where it is not the report of the order that is out."""
    *_, track, path, _ = signal.key.split("/")
    step = view.state.tracks[track].steps.get(path) if track in view.state.tracks else None
    stop = view.plan.stop(track, path)
    if step is None or stop is None or step.status != "in_progress" or view.state.tracks[track].step != path:
        return []
    part = step.progress.part if step.progress else 0
    if signal.key != order_key(view.state.id, track, path, step.attempt, part):
        return []
    where: Place = {"track": track, "step": path, "attempt": step.attempt}
    match signal.report:
        case Succeeded(outputs=outputs, choices=choices):
            if isinstance(stop.step, DecisionStep):
                return [happened.ChoicesOffered(**where, choices=choices or ())]
            return [_done(where, step, outputs)]
        case Pending(watches=watches, outputs=outputs):
            return [happened.StepPending(**where, watches=watches, outputs=outputs)]
        case Progressed() as report:
            return [_progress(where, step, report)]
        case Failed() as report:
            failure = Failure(
                category=report.category, reason=report.reason, code=report.code, retry_at=report.retry_at
            )
            return on_failure(where, stop, step, failure, signal.at)


def _done(where: Place, step: StepState, outputs: Outputs) -> Event:
    """An attempt that took the step back leaves it blocked, for a person to retry or skip."""
    done = happened.StepRolledBack if step.rollback == "ordered" else happened.StepCompleted
    return done(**where, outputs=outputs)


def _progress(where: Place, step: StepState, report: Progressed) -> Event:
    if report.done <= (step.progress.done if step.progress else 0):
        reason = f"The skill reported {report.done} of {report.total} done again: it does not come any further."
        return happened.StepFailed(**where, failure=Failure(category="blocking", reason=reason, code="no_progress"))
    return happened.StepProgressed(**where, done=report.done, total=report.total, cursor=report.cursor)


def on_observation(view: View, signal: Observed) -> list[Event]:
    """The events of a fresh look, for every step that watches the address; none where nothing new was seen."""
    events: list[Event] = []
    for track, found in view.state.tracks.items():
        step = found.steps.get(found.step) if found.step else None
        stop = view.plan.stop(track, found.step) if found.step else None
        if step is None or stop is None or signal.address not in step.watches:
            continue
        if step.seen == signal.seen or (step.read_at is not None and signal.read_at <= step.read_at):
            continue
        if not is_no_news(step, signal):
            events += _seen(view, track, stop, step, signal)
    return events


def _seen(view: View, track: str, stop: Stop, step: StepState, signal: Observed) -> list[Event]:
    where: Place = {"track": track, "step": stop.path, "attempt": step.attempt}
    match signal.seen:
        case PullRequestSeen() as seen if isinstance(stop.step, ApprovalStep):
            digest = checkpoints.shown_digest(view, track, stop.path, 0, seen)
            recorded = happened.ObservationRecorded(**where, read_at=signal.read_at, seen=seen, digest=digest)
            void = void_by_push(where, step, seen, digest)
            approved = not wants_merge_approval(view.campaign, track) or has_merge_approval(step, digest)
            return [recorded, *void, *_pull_request(where, step, seen, approved=approved)]
        case RunSeen() as seen:
            recorded = happened.ObservationRecorded(**where, read_at=signal.read_at, seen=seen)
            return [recorded, *_run(where, stop, step, seen, signal.at)]
        case _:
            return []


def _pull_request(where: Place, step: StepState, seen: PullRequestSeen, *, approved: bool) -> list[Event]:
    if seen.merged and not approved:
        return _unapproved(where, step, seen)
    if seen.merged:
        return [happened.StepCompleted(**where, outputs=merged_outputs(seen))]
    if seen.state == "closed" and step.status == "awaiting_human":
        reason = f"Pull request #{seen.number} was closed without being merged."
        return [happened.StepFailed(**where, failure=Failure(category="retriable", reason=reason, code=PR_CLOSED))]
    reopened = seen.state == "open" and step.failure is not None and step.failure.code == PR_CLOSED
    return [happened.StepRetried(**where, automatic=True)] if reopened else []


def _unapproved(where: Place, step: StepState, seen: PullRequestSeen) -> list[Event]:
    """Once: a later look that finds another title, say, asks nobody again."""
    if step.failure is not None and step.failure.code == MERGED_WITHOUT_APPROVAL:
        return []
    reason = f"Pull request #{seen.number} was merged at {seen.head_sha[:64]}, which nobody had approved here."
    failure = Failure(category="blocking", reason=reason, code=MERGED_WITHOUT_APPROVAL)
    return [happened.StepFailed(**where, failure=failure)]


def _run(where: Place, stop: Stop, step: StepState, seen: RunSeen, at: datetime) -> list[Event]:
    if seen.status != "completed":
        return []
    if seen.conclusion == "success":
        return [_done(where, step, {"run": seen.url, "run_attempt": seen.run_attempt})]
    if step.status not in {"waiting", "failed"}:
        return []
    by_nobody = seen.conclusion in {"cancelled", "timed_out", "startup_failure", "stale"}
    word = (seen.conclusion or "failure").replace("_", " ")
    reason = f"Workflow run ended with {word}" + (f": {seen.reason}" if seen.reason else ".")
    category: Category = "retriable" if by_nobody else "blocking"
    failure = Failure(category=category, reason=reason[:500], code=f"{stop.phase}_failed")
    return on_failure(where, stop, step, failure, at, asked=step.status == "failed")
