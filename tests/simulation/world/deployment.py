"""Simulated deployments: some items each, which are handed over one by one, and a health that comes and goes."""

from collections.abc import Callable, Sequence

from shared.errors import PermanentError
from shared.ports.deployment import Health
from tests.simulation.world.faults import Faults

URL = "https://{resource.id}.{environment.name}.test"
_ITEMS = ("a", "b", "c")


class SimulatedDeployment:
    """The port Deployment, for all addresses."""

    def __init__(self, faults: Faults, acted: Callable[[str, str], None]) -> None:
        self._faults = faults
        self._acted = acted
        self._migrated: set[tuple[str, str]] = set()

    def health(self, url: str) -> Health:
        self._faults.cross("look", f"health {url}")
        ill = self._faults.draw("outside", f"{url} is ill")
        return Health((("scheduler", "unhealthy" if ill else "healthy"),))

    def items(self, url: str) -> Sequence[str]:
        self._faults.cross("look", f"items {url}")
        return _ITEMS

    def is_migrated(self, url: str, item: str) -> bool:
        self._faults.cross("look", f"item {item} {url}")
        return (url, item) in self._migrated

    def migrate(self, url: str, item: str) -> None:
        fault = self._faults.cross("act", f"migrate {item} {url}")
        if self._faults.draw("outside", f"{url} refuses {item}"):
            raise PermanentError(f"{url} does not know {item}", "refused")
        self._migrated.add((url, item))
        self._acted("migrate item", f"{url}/{item}")
        self._faults.crossed(fault, f"migrating {item}")
