"""What skills need of the thing that is migrated: an Airflow deployment's own REST API (v2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Health:
    """Component name to its status word, as the deployment says it; `healthy` where every component is."""

    components: tuple[tuple[str, str], ...]

    @property
    def healthy(self) -> bool:
        """Whether every component says so, and there is at least one."""
        return bool(self.components) and all(status == "healthy" for _, status in self.components)


class Deployment(Protocol):
    """One deployment. RetryableError where it cannot be reached; PermanentError where it refuses, with its own words."""

    def health(self, url: str) -> Health:
        """`GET /api/v2/monitor/health`."""
        ...

    def items(self, url: str) -> Sequence[str]:
        """Ids of all DAGs, sorted (`GET /api/v2/dags`, every page)."""
        ...

    def is_migrated(self, url: str, item: str) -> bool:
        """Whether the DAG runs here already: it is not paused."""
        ...

    def migrate(self, url: str, item: str) -> None:
        """Lets the DAG run here (`PATCH /api/v2/dags/{id}`, `is_paused: false`)."""
        ...
