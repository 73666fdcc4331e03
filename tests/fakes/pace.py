"""Turns in memory."""

from datetime import datetime, timedelta

from shared.ports.pace import LATE


class FakePace:
    """The port Pace. `next` is the next free moment of each lane, `turns` those of (lane, who) who wait."""

    def __init__(self) -> None:
        self.next: dict[str, datetime] = {}
        self.turns: dict[tuple[str, str], datetime] = {}

    def turn(self, lane: str, who: str, now: datetime, every: float) -> float:
        mine = self.turns.get((lane, who))
        if mine is not None and now < mine:
            return (mine - now).total_seconds()
        if mine is not None:
            del self.turns[lane, who]
            if (now - mine).total_seconds() <= LATE:
                return 0.0
        mine = max(self.next.get(lane, now), now)
        self.next[lane] = mine + timedelta(seconds=every)
        if mine > now:
            self.turns[lane, who] = mine
        return (mine - now).total_seconds()

    def hold(self, lane: str, until: datetime) -> None:
        self.next[lane] = max(self.next.get(lane, until), until)
