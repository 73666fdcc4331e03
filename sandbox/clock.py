"""The sandbox's clocks: one that goes by itself, and one that jumps, so that no scenario waits."""

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

SCENARIO_START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, inside working hours in every zone that the examples name."""
_TICK: Final = timedelta(milliseconds=1)


class VirtualClock:
    """Stands still but for a millisecond at each reading: two things never happen at one moment, as in the world.

    That matters. A look is newer than another one, and its message no duplicate of it, by its time alone.
    """

    def __init__(self, start: datetime = SCENARIO_START) -> None:
        self._now = start
        self._lock = Lock()

    def now(self) -> datetime:
        """The present; the next reading is later."""
        with self._lock:
            self._now += _TICK
            return self._now

    def advance_to(self, moment: datetime) -> None:
        """Jumps to `moment`; never back."""
        with self._lock:
            self._now = max(self._now, moment)


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)

    def advance_to(self, moment: datetime) -> None:
        """Does nothing: time comes by itself."""


Clock = VirtualClock | RealClock
