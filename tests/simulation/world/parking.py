"""The simulated store of what was parked, behind a border where things go wrong."""

from state_schema.parked import Parked
from tests.fakes.parking import FakeParking
from tests.simulation.world.faults import Faults


class BorderedParking(FakeParking):
    """The port Parking. `items` are what is parked now."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def add(self, item: Parked) -> bool:
        fault = self._faults.cross("park", f"park {item.id}")
        added = super().add(item)
        self._faults.crossed(fault, f"parking {item.id}")
        return added

    def remove(self, item: Parked) -> None:
        fault = self._faults.cross("park", f"unpark {item.id}")
        super().remove(item)
        self._faults.crossed(fault, f"unparking {item.id}")
