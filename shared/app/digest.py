"""Keeps a wave's digest in step with its migrations: reads the list, links to their cards, updates one message in place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.app.placing import place
from shared.domain.rows import as_of
from shared.errors import RetryableError
from shared.messages.digests import Wave, digest, oldest
from shared.ports.effects import PostedCard, PostedCards
from shared.ports.pace import NotYetError, Pace
from shared.ports.slack import Wall
from shared.ports.store import Store
from state_schema.orders import DigestMessage
from state_schema.summary import Summary

DIGEST_EVERY: Final = 10
"""So many times the pace of a channel."""
SETTLED: Final = 2.0
"""Seconds until a list that lags behind is read again."""


def post_digest(
    message: DigestMessage,
    *,
    store: Store,
    posted_cards: PostedCards,
    wall: Wall,
    pace: Pace,
    now: datetime,
    every: float,
) -> str:
    """Brings one wave's digest up to date; in a word what became of it. Errors as of CardChannel.

    A digest is shown every `every` seconds at most. Whatever changes meanwhile waits for that, so the last change is always
    shown, and of many that waited the first one shows all.
    """
    key = digest_key(message.campaign, message.wave)
    campaign = store.campaigns.load(message.campaign)[1]
    rows = list(store.index.in_campaign(message.campaign, message.wave))
    _refuse_stale(message, rows)
    version, posted = sum(row.version for row in rows), posted_cards.load(key)
    if posted is not None and posted.channel == campaign.channel and posted.version >= version:
        return "up_to_date"
    # The first one waits for its channel's turn alone: a turn here would be used up when it comes back from there.
    wait = pace.turn(key, key, now, every) if every and posted is not None else 0.0
    if wait > 0:
        raise NotYetError(f"The digest {key} was shown just now; what changed since is shown in {wait:.1f} s.", wait)
    gate = store.controls.gate(message.campaign)
    wave = Wave(campaign, gate, message.wave, as_of(gate, campaign, rows))
    shown = digest(wave, _links(wave.rows, campaign.channel, posted_cards, wall), now)
    ts = place(key, campaign.channel, shown, posted, wall)
    posted_cards.save(key, PostedCard(campaign.channel, ts, version))
    return "shown"


def digest_key(campaign: str, wave: int) -> str:
    """`<campaign>#wave:<n>`."""
    return f"{campaign}#wave:{wave}"


def _refuse_stale(message: DigestMessage, rows: Sequence[Summary]) -> None:
    """The list is eventually consistent: one that does not have yet what the message is about is read again."""
    listed = next((row.version for row in rows if row.migration == message.migration), 0)
    if listed < message.version:
        raise RetryableError(f"The list lags behind {message.migration}; it is read again.", SETTLED)


def _links(rows: Sequence[Summary], channel: str, posted_cards: PostedCards, wall: Wall) -> dict[str, str]:
    links = {}
    for row in oldest(rows):
        key = f"{row.migration}#{row.asked_in}"
        posted = posted_cards.load(key)
        if posted is not None and posted.channel == channel:
            links[key] = wall.permalink(channel, posted.ts)
    return links
