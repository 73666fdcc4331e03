"""Reminds people of an open question, and tells others where nobody answers: each once, and only while people are at work."""

from datetime import datetime

from shared.domain.checkpoints import open_checkpoints
from shared.domain.reminding import may_be_sent
from shared.domain.view import View
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.messages.nudges import escalation_alert, escalation_text, nudge_key, reminder_text
from shared.messages.standing import Standing
from shared.ports.alerts import Alerts
from shared.ports.effects import PostedCard, PostedCards
from shared.ports.migrations import Migrations
from shared.ports.slack import CardChannel
from state_schema.migration import Checkpoint
from state_schema.orders import NudgeMessage
from state_schema.reminders import TOPIC


def nudge(
    message: NudgeMessage,
    *,
    migrations: Migrations,
    posted_cards: PostedCards,
    channel: CardChannel,
    alerts: Alerts,
    now: datetime,
) -> str:
    """Sends what the fresh state still asks for; says in a word what became of it, for the log.

    What is not sent (nobody is at work, there is no card yet) is asked for again by a later tick. The topic and the channel
    fail apart: the error of one is raised only after the other was told. Two workers never have messages of one track.
    """
    view = migrations.load(message.migration).view
    question = _question(view, message)
    rule = view.campaign.reminders
    if question is None:
        return "answered"
    if not may_be_sent(rule, now):
        return "nobody_at_work"
    if message.number != question.reminded if not message.escalated else rule is None:
        return "superseded"
    at, failed = Standing(view, message.track), None
    if message.escalated and rule is not None and TOPIC in rule.escalate_to:
        failed = _topic_told(message, at, question, posted_cards, alerts)
    text = escalation_text(at, question, rule) if message.escalated and rule else reminder_text(at, question)
    said = _thread_told(message, at, text, posted_cards, channel)
    if failed is not None:
        raise failed
    return said


def _question(view: View, message: NudgeMessage) -> Checkpoint | None:
    """The very question that it is about; None where it was answered, or something else is asked there by now."""
    wanted = (message.track, message.step, message.attempt, message.asked_at)
    asked = ((name, path, step.attempt, one.opened_at, one) for name, path, step, one in open_checkpoints(view))
    return next((one for *place, one in asked if tuple(place) == wanted), None)


def _topic_told(
    message: NudgeMessage, at: Standing, question: Checkpoint, notes: PostedCards, alerts: Alerts
) -> RetryableError | PermanentError | None:
    """The error, where it could not be. A crash between the alert and its note tells it twice: a topic cannot be asked."""
    key = f"{nudge_key(message)}@{TOPIC}"
    if notes.load(key) is not None:
        return None
    alert = escalation_alert(at, question)
    try:
        alerts.alert(alert.subject, alert.text)
    except (RetryableError, PermanentError) as exc:
        return exc
    notes.save(key, PostedCard(channel=TOPIC, ts=TOPIC, version=at.view.state.version))
    return None


def _thread_told(message: NudgeMessage, at: Standing, text: str, notes: PostedCards, slack: CardChannel) -> str:
    """One may be there that we did not note: the worker can die between posting and noting."""
    key, card, channel = nudge_key(message), f"{message.migration}#{message.track}", at.view.campaign.channel
    if notes.load(key) is not None:
        return "told_before"
    posted = notes.load(card)
    ts = posted.ts if posted is not None and posted.channel == channel else slack.find(channel, card)
    if ts is None:
        return "no_card"
    try:
        told = slack.find_in_thread(channel, ts, key) or slack.post_in_thread(channel, ts, key, text)
    except NotFoundError:
        return "no_card"
    notes.save(key, PostedCard(channel=channel, ts=told, version=at.view.state.version))
    return "escalated" if message.escalated else "reminded"
