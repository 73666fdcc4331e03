"""Keeps our messages at the rate that Slack takes: about one a second and channel, whoever of us posts it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from shared.errors import RetryableError
from shared.ports.clock import Clock
from shared.ports.pace import LATE, NotYetError, Pace
from shared.ports.slack import Block, Wall

Posted = TypeVar("Posted")


class PacedWall:
    """A Wall on which a new message waits for its turn: NotYetError says for how long. Updates do not wait.

    The turn is asked for before the look that comes before a message, because looks have a rate too. A channel that answers
    "wait" is held for as long as it says. `every`: seconds between two messages of a channel; 0 paces nothing.
    """

    def __init__(self, wall: Wall, pace: Pace, clock: Clock, every: float) -> None:
        self._wall = wall
        self._pace = pace
        self._clock = clock
        self._every = every
        self._granted: dict[tuple[str, str], datetime] = {}

    def find(self, channel: str, card: str) -> str | None:
        self._granted[channel, card] = self._turn(channel, card)
        return self._wall.find(channel, card)

    def post(self, channel: str, card: str, text: str, blocks: Sequence[Block]) -> str:
        return self._in_turn(channel, card, lambda: self._wall.post(channel, card, text, blocks))

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        self._wall.update(channel, ts, text, blocks)

    def find_in_thread(self, channel: str, ts: str, key: str) -> str | None:
        self._granted[channel, key] = self._turn(channel, key)
        return self._wall.find_in_thread(channel, ts, key)

    def post_in_thread(self, channel: str, ts: str, key: str, text: str) -> str:
        return self._in_turn(channel, key, lambda: self._wall.post_in_thread(channel, ts, key, text))

    def permalink(self, channel: str, ts: str) -> str:
        return self._wall.permalink(channel, ts)

    def _in_turn(self, channel: str, key: str, post: Callable[[], Posted]) -> Posted:
        granted = self._granted.pop((channel, key), None)
        if granted is None or self._clock() - granted > timedelta(seconds=LATE):
            self._turn(channel, key)
        try:
            return post()
        except RetryableError as exc:
            if exc.delay:
                self._pace.hold(channel, self._clock() + timedelta(seconds=exc.delay))
            raise

    def _turn(self, channel: str, key: str) -> datetime:
        now = self._clock()
        wait = self._pace.turn(channel, key, now, self._every) if self._every else 0.0
        if wait > 0:
            raise NotYetError(f"{key} is posted in {channel} in {wait:.1f} s: others are before it.", wait)
        return now
