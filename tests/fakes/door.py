"""A door of ours that takes whatever is posted to it and remembers it, served over HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True)
class Delivery:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class FakeDoor:
    """A WSGI application; answers everything with `answer`."""

    answer: Response = field(default_factory=Response)
    deliveries: list[Delivery] = field(default_factory=list)
    url: str = ""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        self.deliveries.append(Delivery(request.path, dict(request.headers), request.get_data()))
        return self.answer(environ, start_response)
