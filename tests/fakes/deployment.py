"""An Airflow deployment in memory: paused DAGs, and the health of its components."""

from collections.abc import Sequence
from typing import Literal

from shared.errors import WaymarkError
from shared.ports.deployment import Health
from tests.fakes.crashes import Outside


class FakeDeployment(Outside):
    """One deployment, whatever the address; `failing` says which items cannot be migrated, and why."""

    def __init__(self, *items: str) -> None:
        super().__init__()
        self.paused: dict[str, bool] = dict.fromkeys(items, True)
        self.failing: dict[str, WaymarkError] = {}
        self.components: tuple[tuple[str, str], ...] = (("metadatabase", "healthy"), ("scheduler", "healthy"))
        self.urls: set[str] = set()

    @property
    def migrated(self) -> list[str]:
        return [item for item, is_paused in self.paused.items() if not is_paused]

    def die(self, moment: Literal["before", "after"], item: str) -> None:
        """The next migration of this item kills the process."""
        self.crash = (moment, f"migrate {item}")

    def health(self, url: str) -> Health:
        self.urls.add(url)
        self.read("health")
        return Health(self.components)

    def items(self, url: str) -> Sequence[str]:
        self.urls.add(url)
        self.read("items")
        return list(self.paused)

    def is_migrated(self, url: str, item: str) -> bool:
        self.urls.add(url)
        self.read(f"is_migrated {item}")
        return not self.paused[item]

    def migrate(self, url: str, item: str) -> None:
        self.urls.add(url)
        if item in self.failing:
            raise self.failing[item]
        with self.act(f"migrate {item}"):
            assert self.paused[item], f"{item} is migrated twice"
            self.paused[item] = False
