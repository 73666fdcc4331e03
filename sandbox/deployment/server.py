"""The mock deployments as one object: serve them, make them fail, count what was done to them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.deployment.estate import DEFAULT_ITEMS, Estate
from sandbox.deployment.routes import AirflowRoutes
from sandbox.serving import Server
from shared.ports.clock import Clock


class MockAirflow:
    """All deployments of all resources, kept in the SQLite file `path`; each at `<base>/<resource>/<environment>`."""

    def __init__(self, path: str | Path, clock: Clock) -> None:
        self._estate = Estate(path)
        self._clock = clock
        self._server: Server | None = None

    def serve(self, port: int = 0) -> str:
        """Serves on 127.0.0.1; answers the base address, without a slash at its end. OSError: the port is taken."""
        self._server = Server(AirflowRoutes(self, self._estate, self._clock), port)
        return self._server.url

    def close(self) -> None:
        """Stops serving and closes the file."""
        if self._server is not None:
            self._server.close()
        self._estate.close()

    def seed(self, resource: str, environment: str, items: Sequence[str] = DEFAULT_ITEMS) -> None:
        """The deployment holds these DAGs now, all paused and never acted on."""
        self._estate.seed(f"{resource}/{environment}", items)

    def fail(self, resource: str, environment: str, item: str, reason: str, times: int = 1) -> None:
        """The next `times` PATCHes of the DAG answer 409 with `reason` as detail. LookupError where there is none."""
        self._estate.fail(f"{resource}/{environment}", item, reason, times)

    def set_health(self, resource: str, environment: str, component: str, status: str | None) -> None:
        """A component's status word (`healthy`, `unhealthy`); None: it is not deployed."""
        self._estate.set_health(f"{resource}/{environment}", component, status)

    def acts(self, resource: str, environment: str) -> Mapping[str, int]:
        """How many PATCHes each DAG got, refused ones too; DAGs that got none are left out."""
        return self._estate.acts(f"{resource}/{environment}")

    def running(self, resource: str, environment: str) -> list[str]:
        """The DAGs that are not paused, sorted."""
        return [dag.id for dag in self._estate.dags(f"{resource}/{environment}") if not dag.paused]
