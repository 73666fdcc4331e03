"""What people are told while a question waits: a reminder under its card, and a word to others where nobody answers."""

from dataclasses import dataclass
from typing import Final

from shared.domain.permissions import allowed_for
from shared.messages.escaping import as_plain, mrkdwn, one_line, sentence, words
from shared.messages.people import in_utc, mentions, moment
from shared.messages.standing import Standing
from state_schema.migration import Checkpoint
from state_schema.orders import NudgeMessage
from state_schema.reminders import Reminders

_ASK: Final = 500
_NAME: Final = 100
_TIMES: Final = {1: "once", 2: "twice"}
_HERE: Final = "The buttons are on the card above."
_SUBJECT: Final = 99
"""Characters of ASCII: more, SNS refuses."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Plain text for an e-mail or a pager."""

    subject: str
    text: str


def nudge_key(message: NudgeMessage) -> str:
    """What the message in the thread is found by: the question, by its attempt and when it was asked, and which reminder."""
    asked = int(message.asked_at.timestamp() * 1000)
    which = "escalated" if message.escalated else str(message.number)
    return f"{message.migration}#{message.track}@remind-{message.attempt}-{asked}-{which}"


def reminder_text(at: Standing, question: Checkpoint) -> str:
    """To whoever took the question, else to the resource's owner, else to those who may answer."""
    more = f" Reminder {question.reminded}." if question.reminded > 1 else ""
    said = f"{_what(at)} waits for an answer since {moment(question.opened_at)}: {_ask(question)} {_HERE}{more}"
    return f"{_reminded(at, question)} {said}".strip()


def escalation_text(at: Standing, question: Checkpoint, rule: Reminders) -> str:
    """To those whom the campaign names for this."""
    said = f"Nobody has answered for {_what(at)} since {moment(question.opened_at)}{_often(question)}: {_ask(question)} {_HERE}"
    return f"{mentions(rule.escalate_to, len(rule.escalate_to))} {said}".strip()


def escalation_alert(at: Standing, question: Checkpoint) -> Alert:
    """The same for people who are not in the channel: where it is, and what is asked."""
    subject = f"Waymark: nobody answers for {at.view.state.resource.id} in {at.name}"
    where = f"{one_line(at.resource_name, _NAME)} in {at.name} ({at.view.state.id}, {at.path})"
    lines = (
        f"{where} waits for an answer since {in_utc(question.opened_at)}{_often(question)}.",
        f"What is asked: {as_plain(_ask(question))}",
        f"Nothing goes on there without an answer. The card is in the channel {at.view.campaign.channel}.",
    )
    return Alert(subject[:_SUBJECT], "\n".join(lines))


def _reminded(at: Standing, question: Checkpoint) -> str:
    people, owner = at.view.campaign.people, at.view.state.resource.owner
    may = allowed_for(at.view.campaign, at.name, question, question.verbs[0])
    members = tuple(one for member in may for one in people.groups.get(member.removeprefix("group:"), (member,)))
    first = (mentions(one for one in (name,) if one) for name in (question.assigned_to, owner))
    return next((found for found in first if found), "") or mentions(members)


def _what(at: Standing) -> str:
    return f"{words(at.resource_name, _NAME)} · {at.name}"


def _ask(question: Checkpoint) -> str:
    return sentence(mrkdwn(question.ask, _ASK))


def _often(question: Checkpoint) -> str:
    return f" (reminded {_TIMES.get(question.reminded, f'{question.reminded} times')})" if question.reminded else ""
