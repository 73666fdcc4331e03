"""Keeps a track's card in step with its state: renders the fresh state, posts once, updates in place."""

from collections.abc import Callable

from shared.domain.view import View
from shared.errors import NotFoundError, PermanentError
from shared.messages.cards import Card, card
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
) -> str:
    """Brings one card up to date, or gives one answer; says in a word what became of it, for the log.

    RetryableError where Slack limits us or is down; PermanentError where it refuses a card.
    """
    if isinstance(message, ReplyMessage):
        return _answered(message, replies)
    view = migrations.load(message.migration).view
    key = f"{message.migration}#{message.track}"
    posted = posted_cards.load(key)
    if message.track not in view.state.tracks:
        return "not_started"
    if posted and posted.channel == view.campaign.channel and posted.version >= view.state.version:
        return "up_to_date"
    shown = render(view, message.track, _offered(view, message.track, history))
    ts = _place(key, view.campaign.channel, posted, channel)
    if ts is not None:
        try:
            channel.update(view.campaign.channel, ts, shown.text, shown.blocks)
        except NotFoundError:
            ts = None
    if ts is None:
        ts = channel.post(view.campaign.channel, key, shown.text, shown.blocks)
    posted_cards.save(key, PostedCard(channel=view.campaign.channel, ts=ts, version=view.state.version))
    return "shown"


def _answered(message: ReplyMessage, replies: Replies) -> str:
    """An answer that Slack takes no more (five uses, thirty minutes) is dropped: no later try would bring it home."""
    if message.reply_to.response_url is None:
        return "nowhere_to_answer"
    try:
        replies.reply(message.reply_to.response_url, message.text)
    except PermanentError as exc:
        if exc.code != "reply_too_late":
            raise
        return exc.code
    return "answered"


def _place(key: str, channel: str, posted: PostedCard | None, slack: CardChannel) -> str | None:
    """The card's message. One may be there that we did not note: the worker can die between posting and noting."""
    if posted is not None and posted.channel == channel:
        return posted.ts
    return slack.find(channel, key)


def _offered(view: View, track: str, history: History) -> tuple[str, ...]:
    at = view.state.tracks[track]
    step = at.steps.get(at.step) if at.step else None
    if step is None or step.offered is None or step.checkpoint is None or step.checkpoint.kind != "decision":
        return ()
    event = history.event(view.state.id, step.offered.event).event
    return event.choices if isinstance(event, ChoicesOffered) else ()
