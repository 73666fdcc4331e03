"""What skills remember of their acts: claims with a lease, and where a card was posted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.errors import RetryableError
from state_schema.signals import Failed, Pending, Progressed, Succeeded

Report = Succeeded | Pending | Progressed | Failed
Claim = Literal["none", "held", "reported"]
"""Nobody ever claimed it; somebody did, who is at it or has died at it; or it is done and its report is remembered."""


class ClaimHeldError(RetryableError):
    """Another worker is at this very order now."""


class Effects(Protocol):
    """Runs an act at most once at a time for one order key, and remembers what came of it."""

    def once(self, key: str, act: Callable[[], Report]) -> Report:
        """The remembered report of `key`, or that of `act`, run under a claim whose lease is the function's time-out.

        ClaimHeldError where another worker holds the claim. Where `act` raises, the claim is given back and the error passes.
        """
        ...

    def claim(self, key: str) -> Claim:
        """How far `key` has come, read consistently."""
        ...


@dataclass(frozen=True, slots=True)
class PostedCard:
    """Where a track's card is, and which version of the state it shows.

    `told`: up to which version its thread tells what happened. `telling`, where it is more: a message of the thread that
    tells up to there may be posted already (a crash between posting and noting).
    """

    channel: str
    ts: str
    version: int
    told: int = 0
    telling: int = 0


class PostedCards(Protocol):
    """Remembers posted cards by `<migration>#<track>`."""

    def load(self, card: str) -> PostedCard | None:
        """None where none was noted; one may be posted all the same (a crash between posting and noting)."""
        ...

    def save(self, card: str, posted: PostedCard) -> None:
        """Notes it, unless a newer version, or one of which more is told, is noted already."""
        ...
