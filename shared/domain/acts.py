"""What a person's act brings about: the answer to one open checkpoint, a start, or a refusal that explains itself."""

from typing import Any, NamedTuple

from shared.domain.checkpoints import open_checkpoints
from shared.domain.choosing import answer_to
from shared.domain.consequences import Question, consequences
from shared.domain.holding import breaker_is_open, may_start_in
from shared.domain.moving import as_one, moved
from shared.domain.orders import missing_names, work_digest
from shared.domain.permissions import is_one_of, refusal_for
from shared.domain.view import Refusal, View
from state_schema import events as happened
from state_schema.events import Event
from state_schema.migration import Decided, Outputs
from state_schema.plan import ApprovalStep, DecisionStep, Stop
from state_schema.signals import Act, CheckpointRef


class Answer(NamedTuple):
    """What an act leads to: events, or a refusal, or addresses to look at."""

    events: list[Event]
    refusal: Refusal | None = None
    looks: tuple[str, ...] = ()


def on_act(view: View, signal: Act) -> Answer:
    """Events and looks of the act; a refusal is recorded as an event too. An act that was recorded before is nothing."""
    if signal.id in view.state.acts:
        return Answer([])
    of_the_whole = {"start": _start, "abort": _abort, "move": _move}
    answer = of_the_whole.get(signal.verb, _answer)(view, signal)
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
    return Answer([], refusal) if (refusal := _may_not_start(view)) else Answer([happened.MigrationStarted()])


def _abort(view: View, signal: Act) -> Answer:
    """Ends the migration; the work that is out keeps its slot until it is heard of, and nothing else is ordered."""
    state = view.state
    if not is_one_of(view.campaign.people, signal.actor, view.campaign.people.operators):
        return Answer([], Refusal("not_permitted", "Only an operator of the campaign can abort a migration.",
                                  f"Ask one of the operators of {view.campaign.id}."))  # fmt: skip
    if state.status in {"completed", "aborted"}:
        return Answer([], Refusal("already_over", f"{state.resource.id} is {state.status} already.",
                                  "There is nothing left to abort."))  # fmt: skip
    return Answer([happened.MigrationAborted(reason=signal.note[:500] or "An operator aborted it.")])


def _move(view: View, signal: Act) -> Answer:
    found = moved(view, signal)
    return Answer([], as_one(found)) if isinstance(found, tuple) else Answer([found])


def _may_not_start(view: View) -> Refusal | None:
    """A wave opens when the one before is complete, or by command; a tripped breaker stops new ones in its wave."""
    wave = view.state.resource.wave
    if not may_start_in(view.gate, view.campaign, wave):
        before = view.campaign.waves[wave].after
        return Refusal(
            "wave_not_open", f"Wave {wave} opens when wave {before} is complete.", f"Or open it: `open-wave {wave}`."
        )
    if breaker_is_open(view.gate, view.campaign, wave):
        failed = ", ".join(view.gate.failures[wave][:5])
        return Refusal(
            "breaker_open",
            f"The breaker of wave {wave} is open: {failed} failed.",
            f"Let it go on: `resume wave {wave}`.",
        )
    return None


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
    choices: tuple[str, ...] | None = None
    answers: Outputs | None = None
    if isinstance(stop.step, DecisionStep) and question.checkpoint.reason == "step":
        found = answer_to(stop.step.decision, view.offered or (), signal, _typed(view, question))
        if isinstance(found, Refusal):
            return Answer([], found)
        choices, answers = found
    digest = question.checkpoint.digest
    if signal.verb == "rollback" and question.checkpoint.reason == "failure":
        if missing := missing_names(view, question.track, stop, back=True):
            return Answer([], Refusal("no_value", f"The rollback asks for {', '.join(missing)}, which has no value here.",
                                      "Retry, skip, or abort the migration."))  # fmt: skip
        digest = work_digest(view, question.track, stop, back=True)
    where: dict[str, Any] = {"track": question.track, "step": question.path}
    attempt, checkpoint = question.step.attempt, question.checkpoint
    permits = attempt + 1 if signal.verb in {"retry", "rollback"} else attempt
    decided = happened.CheckpointDecided(
        **where, attempt=permits, reason=checkpoint.reason, verb=signal.verb,
        digest=digest, choices=choices, answers=answers, note=signal.note,
    )  # fmt: skip
    return Answer([decided, *consequences(view, question, stop, decided)])


def _typed(view: View, question: Question) -> str:
    """The beginning of the command that answers this question."""
    return f"{question.checkpoint.verbs[0]} {view.state.resource.id} {question.track}"


def _answers(decided: Decided, ref: CheckpointRef) -> bool:
    """Whether this decision answered that question; a rollback is bound to the digest of its own order instead."""
    took_back = decided.reason == "failure" and decided.verb == "rollback" and decided.attempt == ref.attempt + 1
    return took_back or decided.digest == ref.digest


def why_not(view: View, signal: Act) -> Refusal:
    """Why the act fits no open checkpoint, and what would work."""
    ref = signal.checkpoint
    if ref is not None:
        track = view.state.tracks.get(ref.track)
        step = track.steps.get(ref.step) if track else None
        winner = next((one for one in reversed(step.decided if step else ()) if _answers(one, ref)), None)
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
