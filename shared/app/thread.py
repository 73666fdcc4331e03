"""Tells under a card what happened since it was rendered before: one message a rendering, never the same twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.domain.view import View
from shared.errors import NotFoundError
from shared.ports.effects import PostedCard, PostedCards
from shared.ports.migrations import History
from shared.ports.pace import NotYetError
from shared.ports.slack import CardChannel
from state_schema.events import Recorded

RECENT: Final = 200
"""Events that are read for one message: after a long time without Slack, what is older is left to `history`."""
Write = Callable[[str, Sequence[Recorded]], str]
"""A track and what was recorded give the message; empty where nothing is worth one."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the thread of one card, which is found in `posted_cards` by `key`."""

    key: str
    track: str
    history: History
    posted_cards: PostedCards
    channel: CardChannel
    write: Write

    def tell(self, view: View, posted: PostedCard) -> None:
        """Posts what was recorded since the thread was told last. Errors as of CardChannel.

        What is to be posted is noted before, so that only after a crash in between the thread must be read.
        """
        posted = self._taken_up(posted)
        version = view.state.version
        if posted.told >= version:
            return
        recorded = self.history.events(view.state.id, max(posted.told, version - RECENT), RECENT)
        text = self.write(self.track, [one for one in recorded if one.number <= version])
        if text:
            self._post(posted, version, text)
        self.posted_cards.save(self.key, replace(posted, told=version, telling=version))

    def _post(self, posted: PostedCard, version: int, text: str) -> None:
        self.posted_cards.save(self.key, replace(posted, telling=version))
        key = told_key(self.key, posted.told, version)
        try:
            self.channel.post_in_thread(posted.channel, posted.ts, key, text)
        except NotYetError:
            self.posted_cards.save(self.key, posted)  # nothing was posted: no doubt is left behind
            raise
        except NotFoundError:
            return  # somebody deleted the card; the next rendering posts it anew

    def _taken_up(self, posted: PostedCard) -> PostedCard:
        """After a crash between posting and noting: what is in the thread counts as told."""
        if posted.telling <= posted.told:
            return posted
        key = told_key(self.key, posted.told, posted.telling)
        try:
            found = self.channel.find_in_thread(posted.channel, posted.ts, key)
        except NotFoundError:
            found = None
        if found is None:
            return posted
        done = replace(posted, told=posted.telling)
        self.posted_cards.save(self.key, done)
        return done


def told_key(card: str, after: int, until: int) -> str:
    """`<card>@<after>-<until>`: which events a message in the thread tells."""
    return f"{card}@{after}-{until}"
