"""Serves a WSGI application on one port of 127.0.0.1 in a thread, so that the mock world is reached over real HTTP."""

import socket
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
POLL_SECONDS = 0.1


class _QuietHandler(WSGIRequestHandler):
    """Keeps requests out of the terminal: people read cards there. Errors are still logged."""

    # Without kept-alive connections nobody goes on talking to a server that was closed.
    protocol_version = "HTTP/1.0"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """An application that dates its answers (by a virtual clock) is not dated a second time."""
        if keyword == "Date":
            sent: list[bytes] = getattr(self, "_headers_buffer", [])
            sent[:] = [line for line in sent if not line.startswith(b"Date:")]
        super().send_header(keyword, value)


class Server:
    """Serves from construction until `close`; each request has a thread of its own. Port 0 picks a free port."""

    def __init__(self, app: "WSGIApplication", port: int = 0) -> None:
        """OSError where the port is taken."""
        # Werkzeug ends the process where it cannot bind; a socket that is bound already cannot fail there.
        with socket.create_server((HOST, port), backlog=128) as bound:
            self._server = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler, fd=bound.fileno())
        self.port: int = self._server.port
        self._thread = Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name=f"serving-{self.port}", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    def close(self) -> None:
        """Stops accepting and frees the port; requests in flight are not waited for. Closing twice is closing once."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
