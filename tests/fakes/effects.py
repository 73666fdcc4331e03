"""Claims and reports in memory."""

from collections.abc import Callable

from shared.ports.effects import Claim, ClaimHeldError, Report


class FakeEffects:
    """Effects. `reports` is what is remembered; whose key is in `held` is being done by another worker."""

    def __init__(self) -> None:
        self.reports: dict[str, Report] = {}
        self.held: set[str] = set()

    def claim(self, key: str) -> Claim:
        if key in self.reports:
            return "reported"
        return "held" if key in self.held else "none"

    def once(self, key: str, act: Callable[[], Report]) -> Report:
        if key in self.reports:
            return self.reports[key]
        if key in self.held:
            raise ClaimHeldError(f"Another worker is doing {key}. Try again.")
        self.held.add(key)
        try:
            self.reports[key] = act()
        finally:
            self.held.discard(key)
        return self.reports[key]
