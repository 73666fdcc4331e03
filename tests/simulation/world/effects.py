"""Simulated claims: one that a crash leaves behind holds for its lease."""

from collections.abc import Callable

from shared.errors import RetryableError
from shared.ports.effects import Claim, ClaimHeldError, PostedCard, Report
from tests.fakes.crashes import Crash
from tests.fakes.stores import FakePostedCards
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.faults import Faults

LEASE = 90.0


class SimulatedEffects:
    """The port Effects. `claimed` is told each key under which a worker begins to act."""

    def __init__(self, agenda: Agenda, faults: Faults, claimed: Callable[[str], None]) -> None:
        self._agenda = agenda
        self._faults = faults
        self._claimed = claimed
        self._claims: dict[str, float] = {}
        self._reports: dict[str, Report] = {}

    def once(self, key: str, act: Callable[[], Report]) -> Report:
        fault = self._faults.cross("claim", key)
        if key in self._reports:
            return self._reports[key]
        if self._claims.get(key, -1.0) > self._agenda.now:
            raise ClaimHeldError(f"Another worker is doing {key}. Try again.")
        self._claims[key] = self._agenda.now + LEASE
        self._claimed(key)
        self._faults.crossed(fault, f"claiming {key}")
        try:
            report = act()
        except (Crash, AssertionError):
            raise
        except BaseException:
            del self._claims[key]
            raise
        return self._remember(key, report)

    def claim(self, key: str) -> Claim:
        if key in self._reports:
            return "reported"
        return "held" if key in self._claims else "none"

    def _remember(self, key: str, report: Report) -> Report:
        fault = self._faults.cross("claim", f"result {key}")
        if fault == "throttle":
            raise RetryableError(f"could not remember {key}")
        self._reports[key] = report
        self._faults.crossed(fault, f"remembering {key}")
        return report


class BorderedCards(FakePostedCards):
    """The port PostedCards."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def save(self, card: str, posted: PostedCard) -> None:
        fault = self._faults.cross("card", f"note {card}")
        super().save(card, posted)
        self._faults.crossed(fault, f"noting {card}")
