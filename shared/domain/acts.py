"""What a person's act brings about: the answer to one open checkpoint, a start, or a refusal that explains itself."""

from typing import Any, NamedTuple

from shared.domain.checkpoints import open_checkpoints
from shared.domain.permissions import is_one_of, refusal_for
from shared.domain.view import Refusal, View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.migration import Checkpoint, StepState
from state_schema.plan import ApprovalStep, DecisionStep, Stop
from state_schema.signals import Act


class Question(NamedTuple):
    """An open checkpoint and its place."""

    track: str
    path: str
    step: StepState
    checkpoint: Checkpoint


class Answer(NamedTuple):
    """What an act leads to: events, or a refusal, or addresses to look at."""

    events: list[Event]
    refusal: Refusal | None = None
    looks: tuple[str, ...] = ()


def on_act(view: View, signal: Act) -> Answer:
    """Events and looks of the act; a refusal is recorded as an event too. An act that was recorded before is nothing."""
    if signal.id in view.state.acts:
        return Answer([])
    answer = _start(view, signal) if signal.verb == "start" else _answer(view, signal)
    if answer.refusal is None:
        return answer
    refused = happened.ActRefused(
        verb=signal.verb, reason_code=answer.refusal.reason_code, message=answer.refusal.message
    )
    return Answer([refused], answer.refusal)


def _start(view: View, signal: Act) -> Answer:
    state = view.state
    if not is_one_of(view.campaign.people, signal.actor, view.campaign.people.operators):
        return Answer([], Refusal("not_permitted", "Only an operator of the campaign can start a migration.",
                                  f"Ask one of the operators of {view.campaign.id}."))  # fmt: skip
    if state.status != "pending":
        return Answer([], Refusal("already_started", f"{state.resource.id} was started already; it is {state.status}.",
                                  "See where it is with `status`."))  # fmt: skip
    return Answer([happened.MigrationStarted()])


def _answer(view: View, signal: Act) -> Answer:
    fitting = [question for question in map(Question._make, open_checkpoints(view)) if _fits(question, signal)]
    if not fitting:
        return Answer([], why_not(view, signal))
    if len(fitting) > 1:
        tracks = ", ".join(question.track for question in fitting)
        return Answer([], Refusal("ambiguous", f"`{signal.verb}` fits several open checkpoints: {tracks}.",
                                  f"Say which one: `{signal.verb} {view.state.resource.id} <environment>`."))  # fmt: skip
    question = fitting[0]
    stop = view.plan.stop(question.track, question.path)
    if stop is not None and isinstance(stop.step, ApprovalStep) and question.checkpoint.reason == "step":
        return Answer([], looks=question.step.watches)
    refusal = refusal_for(view, question.track, question.checkpoint, signal.actor)
    return Answer([], refusal) if refusal or stop is None else _decide(view, question, stop, signal)


def _fits(question: Question, signal: Act) -> bool:
    if signal.verb not in question.checkpoint.verbs:
        return False
    ref = signal.checkpoint
    if ref is None:
        return signal.track in {None, question.track}
    shown = (question.track, question.path, question.step.attempt, question.checkpoint.digest)
    return (ref.track, ref.step, ref.attempt, ref.digest) == shown


def _decide(view: View, question: Question, stop: Stop, signal: Act) -> Answer:
    choices = None
    if isinstance(stop.step, DecisionStep) and question.checkpoint.reason == "step":
        offered = view.offered or ()
        choices = offered if signal.choices is None else tuple(dict.fromkeys(signal.choices))
        unknown = [choice for choice in choices if choice not in set(offered)]
        if unknown:
            return Answer([], Refusal("unknown_choice", f"Not among the choices: {', '.join(unknown[:5])}.",
                                      "Choose from the list on the card."))  # fmt: skip
    where: dict[str, Any] = {"track": question.track, "step": question.path}
    attempt, checkpoint = question.step.attempt, question.checkpoint
    permits = attempt + 1 if signal.verb == "retry" else attempt
    decided = happened.CheckpointDecided(
        **where, attempt=permits, reason=checkpoint.reason, verb=signal.verb,
        digest=checkpoint.digest, choices=choices, note=signal.note,
    )  # fmt: skip
    return Answer([decided, *_consequences(view, question, stop, signal.verb)])


def _consequences(view: View, question: Question, stop: Stop, verb: str) -> list[Event]:
    where: dict[str, Any] = {"track": question.track, "step": question.path}
    attempt = question.step.attempt
    match question.checkpoint.reason, verb:
        case "step", _:
            return [happened.StepCompleted(**where, attempt=attempt)]
        case "failure", "retry":
            return _retry(view, question, stop)
        case "failure", "skip":
            return [happened.StepSkipped(**where, attempt=attempt)]
        case "failure", "block":
            return [happened.StepBlocked(**where, attempt=attempt)]
        case _:
            return []


def _retry(view: View, question: Question, stop: Stop) -> list[Event]:
    """Begins the step again; an approval begins again with the step that opens its pull request."""
    again: list[Event] = [
        happened.StepRetried(track=question.track, step=question.path, attempt=question.step.attempt + 1)
    ]
    if isinstance(stop.step, ApprovalStep):
        steps = view.state.tracks[question.track].steps
        for earlier in reversed(view.plan.stops(question.track)[: stop.number]):
            if earlier.step.id == stop.step.approval.of and earlier.path in steps:
                attempt = steps[earlier.path].attempt + 1
                return [*again, happened.StepRetried(track=question.track, step=earlier.path, attempt=attempt)]
    return again


def why_not(view: View, signal: Act) -> Refusal:
    """Why the act fits no open checkpoint, and what would work."""
    ref = signal.checkpoint
    if ref is not None:
        track = view.state.tracks.get(ref.track)
        step = track.steps.get(ref.step) if track else None
        winner = next((one for one in reversed(step.decided if step else ()) if one.digest == ref.digest), None)
        if winner is not None:
            when = winner.at.strftime("%Y-%m-%d %H:%M UTC")
            return Refusal("already_decided", f"{winner.actor} answered this already with `{winner.verb}`, at {when}.",
                           "The card shows where it is now.")  # fmt: skip
        return Refusal("out_of_date", "This button is out of date: what it showed has changed since.",
                       "Look at the card as it is now, and answer that.")  # fmt: skip
    verbs = [f"`{verb} {view.state.resource.id} {q[0]}`" for q in open_checkpoints(view) for verb in q[3].verbs]
    where = f" in {signal.track}" if signal.track else ""
    would = f"What would work now: {', '.join(verbs[:8])}." if verbs else "Nobody is asked for anything just now."
    return Refusal("nothing_to_answer", f"Nothing waits for `{signal.verb}` at {view.state.resource.id}{where}.", would)
