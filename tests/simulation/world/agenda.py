"""Simulated time: what happens next, and when. Nothing waits; the clock jumps from one entry to the next."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
Action = Callable[[], object]
_AHEAD = 30.0


@dataclass(slots=True)
class _Entry:
    """`action` is None once it was done ahead of its time; `eager` ones overtake others more often."""

    action: Action | None
    idle: bool
    eager: bool


class Agenda:
    """Entries by time in seconds since START. `idle` entries (sweeps, people who look again) keep nobody waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.busy = 0
        self._heap: list[tuple[float, int, _Entry]] = []
        self._number = 0
        self._read_at = (-1.0, START)

    def clock(self) -> datetime:
        if self._read_at[0] != self.now:
            self._read_at = (self.now, START + timedelta(seconds=self.now))
        return self._read_at[1]

    def after(self, delay: float, action: Action, *, idle: bool = False, eager: bool = False) -> None:
        self._number += 1
        self.busy += not idle
        heapq.heappush(self._heap, (self.now + delay, self._number, _Entry(action, idle, eager)))

    def step(self) -> bool:
        """Does the next entry; False where there is none."""
        while self._heap:
            at, _, entry = heapq.heappop(self._heap)
            if entry.action is not None:
                self.now = max(self.now, at)
                self._do(entry)
                return True
        return False

    def overtake(self, choose: Callable[[int], int], among: int) -> None:
        """Does one of the soonest entries now, in the midst of another one; half a minute ahead of its time at most."""
        soonest = heapq.nsmallest(among, self._heap)
        soon = [(at, entry) for at, _, entry in soonest if entry.action is not None and not entry.idle]
        soon = [one for one in soon if one[1].eager] or soon
        if soon:
            at, entry = soon[choose(len(soon))]
            self.now = max(self.now, min(at, self.now + _AHEAD))
            self._do(entry)

    def _do(self, entry: _Entry) -> None:
        action, entry.action = entry.action, None
        self.busy -= not entry.idle
        if action is not None:
            action()
