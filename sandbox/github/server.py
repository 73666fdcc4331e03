"""The mock GitHub as one object: open it on a file, serve it on a port, and let people and machines act in it."""

import threading
from itertools import chain
from pathlib import Path

from sandbox.github import routes_actions, routes_contents, routes_general, routes_git, routes_pulls, routes_refs
from sandbox.github.app import Application, Recorded
from sandbox.github.controls import Controls
from sandbox.github.deliveries import Outbox
from sandbox.github.routes_control import control_routes
from sandbox.github.store import Store
from sandbox.github.world import World
from sandbox.serving import Server
from shared.ports.clock import Clock

_IN_REPOSITORIES = tuple(
    chain(routes_refs.ROUTES, routes_git.ROUTES, routes_contents.ROUTES, routes_pulls.ROUTES, routes_actions.ROUTES)
)


class MockGithub(Controls):
    """One GitHub in one SQLite file. Every answer given is in the file already: `kill -9` loses nothing.

    `webhook_url` may be set later; until then webhooks wait. Tokens: `token`, or any App's JWT below `/app/`.
    """

    def __init__(self, path: Path, *, webhook_url: str, webhook_secret: str, token: str, clock: Clock) -> None:
        self._store = Store(path)
        super().__init__(World(self._store, clock))
        self._outbox = Outbox(self.world, webhook_url, webhook_secret)
        self.world.hook_url = webhook_url
        self._app = Application(
            self.world,
            token,
            routes=routes_general.ROUTES,
            repository_routes=_IN_REPOSITORIES,
            control=control_routes(self),
        )
        self._server: Server | None = None
        self._stopped = threading.Event()
        self._deliverer: threading.Thread | None = None

    @property
    def webhook_url(self) -> str:
        return self._outbox.url

    @webhook_url.setter
    def webhook_url(self, url: str) -> None:
        self._outbox.url = self.world.hook_url = url

    def serve(self, port: int = 0, *, deliver_every: float | None = None) -> str:
        """The base URL. With `deliver_every` (seconds), a thread finishes due runs and delivers webhooks."""
        self._server = Server(self._app, port)
        self.world.base_url = self._server.url
        if deliver_every is not None:
            self._deliverer = threading.Thread(target=self._deliver, args=(deliver_every,), daemon=True)
            self._deliverer.start()
        return self._server.url

    def _deliver(self, every: float) -> None:
        while not self._stopped.wait(every):
            self.deliver_pending()

    def deliver_pending(self) -> int:
        """Finishes the runs that are due, then sends what waits; how many webhooks left. Never twice by itself."""
        self.finish_due_runs()
        return self._outbox.deliver_pending()

    def calls(self) -> list[Recorded]:
        """The last 500 API calls that were answered, oldest first, control calls not among them."""
        return list(self._app.calls)

    def close(self) -> None:
        """Stops serving and delivering, and closes the file. Closing twice is closing once."""
        self._stopped.set()
        if self._deliverer is not None:
            self._deliverer.join()
        if self._server is not None:
            self._server.close()
        self._store.close()
