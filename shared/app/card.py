"""Keeps a track's card in step with its state: renders the fresh state, posts once, updates in place."""

from collections.abc import Callable
from dataclasses import replace

from shared.app.placing import place
from shared.app.thread import Teller, Write
from shared.domain.view import View
from shared.errors import PermanentError
from shared.messages.answer_blocks import blocks_of
from shared.messages.answer_text import text_of
from shared.messages.cards import Card, card
from shared.messages.threads import told as told_text
from shared.ports.effects import PostedCard, PostedCards
from shared.ports.migrations import History, Migrations
from shared.ports.slack import CardChannel, Replies
from state_schema.events import ChoicesOffered
from state_schema.orders import CardMessage, ReplyMessage

Render = Callable[[View, str, tuple[str, ...]], Card]
"""A view, the track and what is offered there give its card."""


def post_checkpoint(
    message: CardMessage | ReplyMessage,
    *,
    migrations: Migrations,
    history: History,
    posted_cards: PostedCards,
    channel: CardChannel,
    replies: Replies,
    render: Render = card,
    write: Write = told_text,
) -> str:
    """Brings one card and its thread up to date, or gives one answer; says in a word what became of it, for the log.

    RetryableError where Slack limits us or is down; PermanentError where it refuses a card.
    """
    if isinstance(message, ReplyMessage):
        return _answered(message, replies)
    view = migrations.load(message.migration).view
    if message.track not in view.state.tracks:
        return "not_started"
    key = f"{message.migration}#{message.track}"
    posted = posted_cards.load(key)
    shown = posted if posted is not None and _is_shown(view, posted) else None
    if shown is None:
        rendered = render(view, message.track, _offered(view, message.track, history))
        shown = _place(key, view, rendered, posted, channel)
        posted_cards.save(key, shown)
    Teller(key, message.track, history, posted_cards, channel, write).tell(view, shown)
    return "up_to_date" if shown is posted else "shown"


def _is_shown(view: View, posted: PostedCard) -> bool:
    return posted.channel == view.campaign.channel and posted.version >= view.state.version


def _place(key: str, view: View, rendered: Card, posted: PostedCard | None, channel: CardChannel) -> PostedCard:
    ts = place(key, view.campaign.channel, rendered, posted, channel)
    before = posted or PostedCard(view.campaign.channel, ts, 0)
    return replace(before, channel=view.campaign.channel, ts=ts, version=view.state.version)


def _answered(message: ReplyMessage, replies: Replies) -> str:
    """An answer that Slack takes no more (five uses, thirty minutes) is dropped: no later try would bring it home."""
    if message.reply_to.response_url is None:
        return "nowhere_to_answer"
    try:
        replies.reply(message.reply_to.response_url, text_of(message.answer), blocks_of(message.answer))
    except PermanentError as exc:
        if exc.code != "reply_too_late":
            raise
        return exc.code
    return "answered"


def _offered(view: View, track: str, history: History) -> tuple[str, ...]:
    at = view.state.tracks[track]
    step = at.steps.get(at.step) if at.step else None
    if step is None or step.offered is None or step.checkpoint is None or step.checkpoint.kind != "decision":
        return ()
    event = history.event(view.state.id, step.offered.event).event
    return event.choices if isinstance(event, ChoicesOffered) else ()
