"""The other parts of a card: what is needed, how to go on, who may, since when, what follows, and warnings."""

from collections.abc import Iterator
from datetime import datetime

from shared.domain.choosing import usage
from shared.domain.display import phases_of
from shared.domain.learnt import Usual
from shared.domain.permissions import APPROVE
from shared.domain.reasons import words_after
from shared.messages.approvals import approvals, head_of, taken, voided
from shared.messages.buttons import ways
from shared.messages.escaping import code, mrkdwn, sentence, words
from shared.messages.happened import remaining
from shared.messages.people import moment, person, who_may
from shared.messages.standing import Standing
from state_schema.migration import Checkpoint, PullRequestSeen

COMMAND = "/migrate"


def needed(at: Standing) -> str:
    """One or two sentences in Slack's markup."""
    if at.question is not None:
        return " ".join(filter(None, (_from_people(at.question, at.usual), approvals(at, at.question))))
    if at.status in {"completed", "aborted"}:
        return "Nothing more."
    if at.track is None:
        return _before_the_start(at)
    step = at.step
    if step is None:
        return "Nothing from people."
    match step.status:
        case "queued" if step.until is not None:
            return _frozen(at, step.until)
        case "queued":
            return "Nothing from people: it starts when its turn comes."
        case "waiting" if step.until is not None and step.failure is not None:
            return f"Nothing from people: the next try is due {moment(step.until)}."
        case "waiting" if step.until is not None:
            return f"Nothing from people: it waits until {moment(step.until)}."
        case _:
            return "Nothing from people: machines are at work."


def _frozen(at: Standing, until: datetime) -> str:
    """Until when, why, and how two people let it start before."""
    why = f" ({words(at.freeze.reason, 300)})" if at.freeze and at.freeze.reason else ""
    rests = f"it is frozen until {moment(until)}{why}" if at.freeze else f"no start is allowed before {moment(until)}"
    typed = code(command(at, "except"))
    if at.exception is None:
        return f"Nothing from people: {rests}. With two of them it may start before, in the channel: {typed}."
    who = f"{person(at.exception.actor)} asked for an exception"
    if at.exception.approved_by is None:
        return f"A second person, who is an approver: {rests}; {who}. To approve it, in the channel: {typed}."
    return (
        f"Nothing from people: {rests}, but {who}, {person(at.exception.approved_by)} approved it, and it starts soon."
    )


def _from_people(question: Checkpoint, usual: Usual | None) -> str:
    if question.reason != "failure":
        return sentence(mrkdwn(question.ask, 1000))
    ways = {
        "approve": "*Approve* accepts what was merged",
        "retry": "*Retry* does the step again once the cause is put right",
        "skip": "*Skip* goes on without it",
        "block": "*Mark blocked* lets it rest",
        "rollback": "*Roll back* takes back what it did",
    }
    mostly = f" {str(usual).capitalize()}." if usual else ""
    return f"{'; '.join(ways[verb] for verb in question.verbs if verb in ways)}.{mostly}"


def _before_the_start(at: Standing) -> str:
    if at.view.state.status == "pending":
        return f"Somebody starts the migration: {code(command(at, 'start'))}"
    others = ", ".join(at.blockers)
    return f"Nothing here: it begins when {others} {'is' if len(at.blockers) == 1 else 'are'} completed."


def command(at: Standing, verb: str, *rest: str) -> str:
    """What a person types in the channel; `rest` follows the environment."""
    where = () if verb == "start" else (at.name,)
    return " ".join((COMMAND, verb, at.view.state.resource.id, *where, *rest))


def given(at: Standing) -> str:
    """What stands behind `decide`: every item, one choice, or the fields of a form."""
    if at.form is not None:
        return usage(at.form)
    return "<choice>" if at.wants_one else "all"


def resume(at: Standing, question: Checkpoint) -> str:
    """How to go on from here, in a sentence; the buttons follow it."""
    if at.is_pull_request and APPROVE in ways(at, question)[1:]:
        return f"Approve {code(head_of(at))}, then merge it on GitHub; a push in between makes the approval void."
    if at.is_pull_request:
        return "Merge the pull request on GitHub: this card follows by itself, and the button looks at once."
    match question.kind:
        case "approval":
            return "The button approves exactly what this card shows; if that changes, it is asked anew."
        case "confirmation":
            return "The button says that it is so, and the migration goes on."
        case "decision":
            return "Choose with a button; nothing starts before."
        case "intervention":
            return "Choose what is to be done; until then nothing goes on here."


def in_the_channel(at: Standing, question: Checkpoint) -> str:
    """The same answers as text: Slack takes no slash command in a thread."""
    if at.form is not None:
        return f"In the channel: {code(command(at, 'decide', given(at)), 1500)}."
    if at.wants_one:
        return f"In the channel: {code(command(at, 'decide', given(at)))}."
    if question.kind == "decision":
        some, every = code(command(at, "decide", "<item> …")), code(command(at, "decide", "all"))
        return f"In the channel: {some} for some, {every} for all."
    commands = ", ".join(
        code(command(at, verb, *(words_after(verb) if question.reason == "failure" else ())))
        for verb in ways(at, question)
    )
    return f"In the channel: {commands}"


def footer(at: Standing) -> Iterator[str]:
    """Small print: who may answer and since when they are asked; the phases; warnings."""
    if at.question is not None:
        yield f"{who_may(at, at.question)} Asked {moment(at.question.opened_at)}.{_reminded(at.question)}{taken(at.question)}"
    if phases := _phases(at):
        yield phases
    if at.view.state.plan != at.view.campaign.plan:
        yield f"It is on {at.view.state.plan}; new resources get {at.view.campaign.plan}."
    if warnings := list(_warnings(at)):
        yield "\n".join(f"⚠️ {warning}" for warning in warnings)


def _reminded(question: Checkpoint) -> str:
    times = {1: "once", 2: "twice"}.get(question.reminded, f"{question.reminded} times")
    escalated = f"escalated {moment(question.escalated_at)}" if question.escalated_at else ""
    said = ", ".join(part for part in (f"reminded {times}" if question.reminded else "", escalated) if part)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _phases(at: Standing) -> str:
    """Done, present and following phases: at most 50 of 40 letters, which fits."""
    groups: dict[str, list[str]] = {"Done": [], "Now": [], "Next": []}
    for phase, status in phases_of(at.view, at.name).items():
        group = "Done" if status in {"completed", "skipped"} else "Next" if status == "pending" else "Now"
        groups[group].append(phase)
    return " · ".join(f"{group}: {' → '.join(names)}" for group, names in groups.items() if names)


def _warnings(at: Standing) -> Iterator[str]:
    step = at.step
    seen = step.seen if step else None
    if void := voided(at):
        yield void
    if at.question is not None and at.question.overdue and at.question.overdue_at is not None:
        yield f"Overdue since {moment(at.question.overdue_at)}; nothing goes on here without an answer."
    if at.is_pull_request and isinstance(seen, PullRequestSeen) and seen.review == "changes_requested":
        yield "Push what the review asks for; the card follows by itself."
    if at.is_pull_request and (count := remaining(at)):
        yield f"{count} {'finding is' if count == 1 else 'findings are'} left to people: the pull request lists them."
    if step is not None and step.retries and at.status != "completed":
        yield f"It was tried again {step.retries} {'time' if step.retries == 1 else 'times'} by itself."
    if at.skipped:
        yield f"Skipped: {words(', '.join(at.skipped), 500)}."
