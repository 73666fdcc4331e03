"""Serves the doors of the persistent service with Waitress, which is made for production as Werkzeug's own server is not."""

import contextlib
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from waitress import wasyncore
from waitress.server import MultiSocketServer, create_server

from shared.errors import InvalidInputError
from shared.webhooks.delivery import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS: Final = 8
_TICK: Final = 0.2
"""Seconds between two looks whether it is to stop."""
_ENDING: Final = 5
"""Seconds for requests in flight, once it is."""


class DoorsServer:
    """Serves from construction until `close`. Port 0 picks a free one."""

    def __init__(self, app: "WSGIApplication", host: str, port: int) -> None:
        """InvalidInputError where it cannot listen there."""
        self._sockets: dict[int, Any] = {}
        try:
            self._server = create_server(
                app,
                self._sockets,
                host=host,
                port=port,
                threads=THREADS,
                max_request_body_size=MAX_BODY + 2,  # so that the 413 is ours
                ident="waymark",
            )
        except OSError as exc:
            wasyncore.close_all(self._sockets)
            raise InvalidInputError((f"{host}:{port} cannot be served on: {exc.strerror or exc}.",)) from exc
        except ValueError as exc:
            raise InvalidInputError((f"{host}:{port} is not an address to listen on: {exc}.",)) from exc
        self.url = _url(self._server, host)
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="doors", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            wasyncore.loop(timeout=_TICK, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=_ENDING)
        wasyncore.loop(timeout=_TICK, map=self._sockets, count=2)
        wasyncore.close_all(self._sockets)

    def close(self) -> None:
        """Ends the requests in flight, within some seconds, and frees the port. Closing twice is closing once."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _url(server: object, host: str) -> str:
    if isinstance(server, MultiSocketServer):
        with contextlib.suppress(OSError):
            server.close()
        raise InvalidInputError((f"{host} is more than one address: give one, such as 127.0.0.1.",))
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{getattr(server, 'effective_port', 0)}"
