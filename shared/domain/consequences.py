"""What follows from a person's answer: the step goes on, begins again, is left out, or is taken back."""

from typing import Any, NamedTuple

from shared.domain.choosing import outputs_of
from shared.domain.view import View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.migration import Checkpoint, Outputs, PullRequestSeen, StepState
from state_schema.plan import ApprovalStep, DecisionStep, Stop


class Question(NamedTuple):
    """An open checkpoint and its place."""

    track: str
    path: str
    step: StepState
    checkpoint: Checkpoint


def consequences(view: View, question: Question, stop: Stop, decided: happened.CheckpointDecided) -> list[Event]:
    """The events that follow from the answer, at the step itself; none where it is let go on, or awaits a merge."""
    where: dict[str, Any] = {"track": question.track, "step": question.path}
    attempt = question.step.attempt
    match question.checkpoint.reason, decided.verb:
        case "step", "approve" if question.checkpoint.kind == "approval":
            return []
        case "failure", "approve":
            return [happened.StepCompleted(**where, attempt=attempt, outputs=merged_outputs(question.step.seen))]
        case "step", _:
            return [happened.StepCompleted(**where, attempt=attempt, outputs=_made(stop, decided))]
        case "failure", "retry":
            return _retry(view, question, stop)
        case "failure", "rollback":
            return [happened.RollbackOrdered(**where, attempt=attempt + 1)]
        case "failure", "skip":
            return [happened.StepSkipped(**where, attempt=attempt)]
        case "failure", "block":
            return [happened.StepBlocked(**where, attempt=attempt)]
        case _:
            return []


def merged_outputs(seen: object) -> Outputs:
    """What a merge puts out for later steps."""
    return {"merged": True, "head_sha": seen.head_sha} if isinstance(seen, PullRequestSeen) else {}


def _made(stop: Stop, decided: happened.CheckpointDecided) -> Outputs:
    """What a decision puts out for later steps."""
    if decided.answers is not None:
        return decided.answers
    if not isinstance(stop.step, DecisionStep) or decided.choices is None:
        return {}
    return outputs_of(stop.step.decision, decided.choices)


def _retry(view: View, question: Question, stop: Stop) -> list[Event]:
    """Begins the step again; an approval begins again with the step that opens its pull request, and all between them."""
    stops = [stop]
    if isinstance(stop.step, ApprovalStep):
        stops = [*_from_the_opening(view, question.track, stop), stop]
    steps = view.state.tracks[question.track].steps
    return [
        happened.StepRetried(track=question.track, step=one.path, attempt=steps[one.path].attempt + 1)
        for one in reversed(stops)
    ]


def _from_the_opening(view: View, track: str, stop: Stop) -> list[Stop]:
    """The steps before the approval, from the one on that opens its pull request; none where another track opened it."""
    asked = stop.step.approval.of if isinstance(stop.step, ApprovalStep) else ""
    steps = view.state.tracks[track].steps
    before = [one for one in view.plan.stops(track)[: stop.number] if one.path in steps]
    first = next((number for number in reversed(range(len(before))) if before[number].step.id == asked), len(before))
    return before[first:]
