"""What a person's act brings about: the answer to one open checkpoint, a start, or a refusal that explains itself."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from shared.domain.approving import Gathered, gathered
from shared.domain.checkpoints import ROLLBACK, open_checkpoints
from shared.domain.choosing import answer_to
from shared.domain.claiming import assigned
from shared.domain.consequences import Question, consequences
from shared.domain.digests import digest_of
from shared.domain.holding import breaker_is_open, may_start_in
from shared.domain.known_people import known_in
from shared.domain.moving import as_one, moved
from shared.domain.orders import missing_names, work_digest
from shared.domain.people import is_one_of
from shared.domain.permissions import APPROVE, BEGINS_ANEW, refusal_for
from shared.domain.reasons import credential_in, unexplained
from shared.domain.view import Refusal, View
from shared.domain.voiding import void_by_move
from shared.domain.winning import already_over, already_started, several, why_not
from state_schema import events as happened
from state_schema.events import Event
from state_schema.migration import Outputs
from state_schema.plan import ApprovalStep, DecisionStep, Stop
from state_schema.signals import Act, CheckpointRef

_LONGEST_MESSAGE: Final = 1000


class Answer(NamedTuple):
    """What an act leads to: events, or a refusal, or addresses to look at."""

    events: list[Event]
    refusal: Refusal | None = None
    looks: tuple[str, ...] = ()


def on_act(view: View, signal: Act) -> Answer:
    """Events and looks of the act; a refusal is recorded as an event too. An act that was recorded before is nothing."""
    if signal.id in view.state.acts:
        return Answer([])
    view = known_in(view, signal.at)
    of_the_whole = {"start": _start, "abort": _abort, "move": _move, "assign": _assign}
    refusal = credential_in(signal.note)
    answer = Answer([], refusal) if refusal else of_the_whole.get(signal.verb, _answer)(view, signal)
    if answer.refusal is None:
        return answer
    refused = happened.ActRefused(
        verb=signal.verb,
        reason_code=answer.refusal.reason_code,
        message=answer.refusal.message[:_LONGEST_MESSAGE],
        shown=signal.checkpoint,
    )
    return Answer([refused], answer.refusal)


def _start(view: View, signal: Act) -> Answer:
    state = view.state
    if not is_one_of(view.campaign.people, signal.actor, view.campaign.people.operators):
        return Answer([], Refusal("not_permitted", "Only an operator of the campaign can start a migration.",
                                  f"Ask one of the operators of {view.campaign.id}."))  # fmt: skip
    if state.status != "pending":
        return Answer([], already_started(view))
    if refusal := _may_not_start(view):
        return Answer([], refusal)
    shown = digest_of(state.plan, state.resource.model_dump(mode="json"), *state.environments)
    return Answer([happened.MigrationStarted(shown=shown)])


def _abort(view: View, signal: Act) -> Answer:
    """Ends the migration; the work that is out keeps its slot until it is heard of, and nothing else is ordered."""
    state = view.state
    if not is_one_of(view.campaign.people, signal.actor, view.campaign.people.operators):
        return Answer([], Refusal("not_permitted", "Only an operator of the campaign can abort a migration.",
                                  f"Ask one of the operators of {view.campaign.id}."))  # fmt: skip
    if state.status in {"completed", "aborted"}:
        return Answer([], already_over(view, "There is nothing left to abort."))
    if signal.checkpoint is not None and not any(_is_shown(question, signal.checkpoint) for question in _open(view)):
        return Answer([], why_not(view, signal))
    if refusal := unexplained(signal, state.resource.id):
        return Answer([], refusal)
    return Answer([happened.MigrationAborted(reason=signal.note, shown=signal.checkpoint)])


def _move(view: View, signal: Act) -> Answer:
    found = moved(view, signal)
    return Answer([], as_one(found)) if isinstance(found, tuple) else Answer([*void_by_move(view, found.plan), found])


def _assign(view: View, signal: Act) -> Answer:
    found = assigned(view, signal)
    return Answer([], found) if isinstance(found, Refusal) else Answer([found])


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
    fitting = [question for question in _open(view) if _fits(question, signal)]
    if not fitting:
        return Answer([], why_not(view, signal))
    if len(fitting) > 1:
        return Answer([], several(view, signal, [question.track for question in fitting]))
    question = fitting[0]
    stop = view.plan.stop(question.track, question.path)
    if stop is not None and _only_looks(stop, question, signal.verb):
        return Answer([], looks=question.step.watches)
    refusal = refusal_for(view, question.track, question.checkpoint, signal.actor, signal.verb)
    if refusal is None and question.checkpoint.reason == "failure":
        refusal = unexplained(signal, f"{view.state.resource.id} {question.track}")
    if refusal or stop is None:
        return Answer([], refusal)
    given = gathered(view, question, signal)
    if isinstance(given, Refusal):
        return Answer([], given)
    return _decide(view, question, stop, signal, given) if given.enough else Answer(given.events)


def _only_looks(stop: Stop, question: Question, verb: str) -> bool:
    """Whether the verb asks for a look at a pull request: whoever asks is not believed, so anybody may."""
    approves = verb == APPROVE and APPROVE in question.checkpoint.verbs[1:]
    return isinstance(stop.step, ApprovalStep) and question.checkpoint.reason == "step" and not approves


def _fits(question: Question, signal: Act) -> bool:
    if signal.verb not in question.checkpoint.verbs:
        return False
    ref = signal.checkpoint
    return signal.track in {None, question.track} if ref is None else _is_shown(question, ref)


def _is_shown(question: Question, ref: CheckpointRef) -> bool:
    shown = (question.track, question.path, question.step.attempt, question.checkpoint.digest)
    return (ref.track, ref.step, ref.attempt, ref.digest) == shown


def _open(view: View) -> Iterator[Question]:
    return map(Question._make, open_checkpoints(view))


def _decide(view: View, question: Question, stop: Stop, signal: Act, given: Gathered) -> Answer:
    choices: tuple[str, ...] | None = None
    answers: Outputs | None = None
    if isinstance(stop.step, DecisionStep) and question.checkpoint.reason == "step":
        found = answer_to(stop.step.decision, view.offered or (), signal, _typed(view, question))
        if isinstance(found, Refusal):
            return Answer([], found)
        choices, answers = found
    digest, anew = question.checkpoint.digest, question.checkpoint.reason == "failure" and signal.verb in BEGINS_ANEW
    if anew and signal.verb == ROLLBACK:
        if missing := missing_names(view, question.track, stop, back=True):
            return Answer([], Refusal("no_value", f"The rollback asks for {', '.join(missing)}, which has no value here.",
                                      "Retry, skip, or abort the migration."))  # fmt: skip
        digest = work_digest(view, question.track, stop, back=True)
    where: dict[str, Any] = {"track": question.track, "step": question.path}
    attempt, checkpoint = question.step.attempt, question.checkpoint
    decided = happened.CheckpointDecided(
        **where, attempt=attempt + 1 if anew else attempt, reason=checkpoint.reason, verb=signal.verb,
        digest=digest, choices=choices, answers=answers, note=signal.note, others=given.others or None,
        shown=None if digest == checkpoint.digest else checkpoint.digest,
    )  # fmt: skip
    return Answer([*given.events, decided, *consequences(view, question, stop, decided)])


def _typed(view: View, question: Question) -> str:
    """The beginning of the command that answers this question."""
    return f"{question.checkpoint.verbs[0]} {view.state.resource.id} {question.track}"
