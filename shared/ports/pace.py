"""Who may post where, and when: Slack takes about one message a second and channel, from all of our workers together."""

from datetime import datetime
from typing import Final, Protocol

from shared.errors import RetryableError

LATE: Final = 10.0
"""Seconds after its turn until which it may still be used."""


class NotYetError(RetryableError):
    """Its turn is later, in `delay` seconds; nothing is wrong."""


class Pace(Protocol):
    """Hands out turns. A lane is whatever has a rate of its own: a channel, say."""

    def turn(self, lane: str, who: str, now: datetime, every: float) -> float:
        """Seconds until `who` may go ahead in the lane; 0.0: now, and the turn is used up.

        Turns are `every` seconds apart. Whoever has to wait keeps its turn and asks again then; asking before changes
        nothing, and who comes much too late gets another one. RetryableError where the store is busy.
        """
        ...

    def hold(self, lane: str, until: datetime) -> None:
        """No new turn before `until`: somebody was told to wait."""
        ...
