"""Where one track stands, as one says it to somebody who asked for something else; and what would get it on."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.domain.permissions import refusal_for
from shared.domain.reasons import REASON_WANTED
from shared.messages.escaping import mrkdwn
from shared.messages.links import address_in_words, link_of
from shared.messages.people import moment, who_may
from shared.messages.standing import Standing
from shared.messages.turn import held
from shared.messages.unknown import suggestion, suggestions
from shared.messages.verbs import LOOK, label_of
from state_schema.answers import Suggestion
from state_schema.migration import Checkpoint

_ASK = 300


class Where(NamedTuple):
    """`sentence` (Slack's markup) has no full stop: `pull request #12 is not merged`. `question` offers what would help."""

    sentence: str
    question: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    who: str = ""
    """Who may answer, where the one who asks may not."""
    links: tuple[str, ...] = ()


def where(at: Standing, actor: str) -> Where:
    """What the track waits for now; suggestions are what this person may do about it."""
    resource, state = at.view.state.resource.id, at.view.state
    if state.status == "pending":
        return Where("it has not been started", "Start it?", suggestions(suggestion("start", resource, label="Start")))
    if at.status in {"completed", "aborted"} or state.status in {"completed", "aborted"}:
        over = at.name if at.status == "completed" else "the migration"
        return Where(f"{over} is {at.status}")
    if at.track is None:
        return _blocked(at, actor)
    link = link_of(at)
    found = _asked(at, at.question, actor) if at.question is not None else _at_work(at, link.label if link else "")
    return found._replace(links=(link.url,) if link else ())


def _blocked(at: Standing, actor: str) -> Where:
    """What the first of the tracks before it waits for is what this one waits for."""
    before = at.blockers[:1]
    if not before:
        return Where(f"{at.name} has not begun")
    other = where(Standing(at.view, before[0]), actor)
    return other._replace(sentence=f"{at.name} begins when {_all_of(at.blockers)} completed; now {other.sentence}")


def _all_of(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def _asked(at: Standing, question: Checkpoint, actor: str) -> Where:
    resource = at.view.state.resource.id
    if at.is_pull_request:
        what = address_in_words(at.step.watches[0]) if at.step and at.step.watches else "the pull request"
        asked = ", and changes are requested" if at.word == "pr_changes_requested" else ""
        look = suggestion(question.verbs[0], resource, at.name, label=LOOK)
        approvals = _answers(at, question, actor, question.verbs[1:])
        return Where(f"{what} is not merged{asked}", "Check it now?", suggestions(look, *approvals))
    answers = suggestions(*_answers(at, question, actor, question.verbs))
    usual = f" ({at.usual})" if at.usual else ""
    sentence = f"{at.path} of {at.name} waits for people: {mrkdwn(question.ask, _ASK).rstrip('.')}{usual}"
    return Where(sentence, "", answers, "" if answers else who_may(at, question))


def _answers(at: Standing, question: Checkpoint, actor: str, verbs: Sequence[str]) -> Iterator[Suggestion | None]:
    """One for each way to answer that this person may take, and that a button can hold: not one that wants a reason."""
    resource = at.view.state.resource.id
    for verb in verbs:
        explained = question.reason == "failure" and verb in REASON_WANTED
        if explained or refusal_for(at.view, at.name, question, actor, verb) is not None:
            continue
        if verb != "decide":
            yield suggestion(verb, resource, at.name, label=label_of(verb, at.name))
        elif at.form is None and not at.wants_one:
            yield suggestion(verb, resource, at.name, "all", label="All")


def _at_work(at: Standing, label: str) -> Where:
    step, resource = at.step, at.view.state.resource.id
    look = suggestions(suggestion("verify", resource, at.name, label=LOOK))
    if step is None:
        return Where(f"{at.name} is between two steps")
    match step.status:
        case "queued":
            return Where(f"{at.path} of {at.name} {held(at)}")
        case "waiting" if step.until is not None and step.failure is not None:
            return Where(f"{at.path} of {at.name} failed for a passing reason and is tried again {moment(step.until)}")
        case "waiting" if step.until is not None:
            return Where(f"{at.path} of {at.name} waits until {moment(step.until)}")
        case "waiting":
            return Where(f"{label or at.path} is not done" + (f" ({at.path} of {at.name})" if label else ""),
                         "Check it now?", look)  # fmt: skip
        case _:
            return Where(f"{at.path} of {at.name} is at work", "", look)
