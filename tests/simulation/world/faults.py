"""What goes wrong at each border that a process crosses: it dies, is refused, loses a race, or is overtaken by others."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.errors import RetryableError
from tests.fakes.crashes import Crash
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance

WEIGHTS: Final[Mapping[str, Mapping[str, float]]] = {
    "load": {"crash before": 0.3, "throttle": 0.5, "overtake": 4},
    "save": {"crash before": 1, "crash after": 2, "stale": 2, "answer lost": 1, "throttle": 1, "overtake": 10},
    "send": {"crash before": 0.7, "crash after": 0.7, "throttle": 0.5},
    "claim": {"crash before": 1, "crash after": 1, "throttle": 1, "overtake": 2},
    "act": {"crash before": 5, "crash after": 8, "throttle": 6, "overtake": 8},
    "look": {"crash before": 1, "throttle": 3, "overtake": 4},
    "card": {"crash before": 0.5, "crash after": 1, "throttle": 1, "overtake": 1},
    "deliver": {"twice": 3, "late": 2, "lost": 2, "redriven": 1.5},
    "bury": {"twice": 40, "late": 40},
    "park": {"crash before": 20, "crash after": 40, "throttle": 20, "overtake": 40},
    "outside": {"bad": 40},
    "fatal": {"fatal": 1},
}
"""Border to fault to weight: how often one is drawn there, times the seed's level for that border."""
_DEEPEST: Final = 2


@dataclass
class Faults:
    """Draws faults until `until` (seconds), where `only` is given none but these.

    `fired`: the labels of those that struck. `struck`: how often each kind did, by `<border>: <kind>`.
    """

    agenda: Agenda
    chance: Chance
    levels: Mapping[str, float]
    until: float
    only: frozenset[str] | None
    tell: Callable[[str], None]
    fired: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    depth: int = 0

    def __post_init__(self) -> None:
        self._bands = {border: _bands(border, level) for border, level in self.levels.items() if level}

    @property
    def over(self) -> bool:
        return self.agenda.now >= self.until

    def draw(self, border: str, name: str) -> str | None:
        """The fault that strikes at this turn of this name, if one does."""
        bands = self._bands.get(border)
        if bands is None or self.agenda.now >= self.until:
            return None
        named = f"{border}:{name}"
        turn, roll = self.chance.turn(named)
        if roll >= bands[-1][0]:
            return None
        fault = next(kind for ceiling, kind in bands if roll < ceiling)
        return fault if self.strike(f"{named}#{turn}", fault) else None

    def may_strike(self, label: str) -> bool:
        return self.only is None or label in self.only

    def strike(self, label: str, what: str) -> bool:
        """Whether this fault is in the story; notes it if it is."""
        if not self.may_strike(label):
            return False
        self.fired.append(label)
        self.struck[f"{label.partition(':')[0]}: {what}"] += 1
        self.tell(f"FAULT {what} at {label}")
        return True

    def cross(self, border: str, name: str) -> str | None:
        """Crosses the border: Crash or RetryableError before it; else what goes wrong on the other side."""
        fault = self.draw(border, name) if border in self._bands else None
        if fault is None:
            return None
        if fault == "crash before":
            raise Crash(f"before {border} {name}")
        if fault == "throttle":
            raise RetryableError(f"{border} {name}: too many requests", None)
        if fault == "overtake":
            self._overtaken(name)
            return None
        return fault

    def crossed(self, fault: str | None, name: str) -> None:
        """The other side of the border."""
        if fault == "crash after":
            raise Crash(f"after {name}")

    def _overtaken(self, name: str) -> None:
        if self.depth >= _DEEPEST:
            return
        self.depth += 1
        for _ in range(1 + self.chance.pick(f"overtaken by:{name}", 3)):
            self.agenda.overtake(lambda many: self.chance.pick(f"overtaker:{name}", many), 24)
        self.depth -= 1


def _bands(border: str, level: float) -> list[tuple[float, str]]:
    bands, ceiling = [], 0.0
    for kind, weight in WEIGHTS[border].items():
        ceiling += weight * level
        bands.append((ceiling, kind))
    return bands
