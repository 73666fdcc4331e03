"""The HTTP side of the mock GitHub: finds the route, checks the token, speaks GitHub's errors, pages its lists."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.github import faults
from sandbox.github.store import Json
from sandbox.github.world import WAYMARK, RefusedError, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Body = Json | Sequence[Json] | None
DOCUMENTATION: Final = "https://docs.github.com/rest"
_MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body (None: empty) and headers."""

    body: Body = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the query, the JSON body, who asks, and the token that this GitHub takes."""

    world: World
    request: Request
    body: Json
    person: Json
    token: str

    def page(self, items: Sequence[Any], shape: Callable[[Any], Json], wrap: str = "") -> Answer:
        """One page of `items`; `wrap` names the list in an object with `total_count`."""
        query = self.request.args
        size = min(max(query.get("per_page", 30, int), 1), _MAX_PAGE)
        number = max(query.get("page", 1, int), 1)
        shown: list[Json] = [shape(item) for item in items[(number - 1) * size : number * size]]
        links = self._links(number, -(-len(items) // size))
        headers = {"Link": ", ".join(links)} if links else {}
        return Answer({"total_count": len(items), wrap: shown} if wrap else shown, 200, headers)

    def _links(self, number: int, last: int) -> list[str]:
        pages = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        wanted = [name for name, page in pages.items() if 1 <= page <= last and page != number]
        url = f"{self.world.base_url}{self.request.path}"
        query = self.request.args.to_dict()
        return [f'<{url}?{urlencode(query | {"page": str(pages[name])})}>; rel="{name}"' for name in wanted]


Handler = Callable[..., Answer]
Route = tuple[str, str, Handler]
"""Method, path, handler. Below a repository the handler is given the repository's document as `repo`."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call that was answered, for tests to look at."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str
    status: int
    answer: str


class Application:
    """WSGI. `routes` need a token, `control` none: those exist in the sandbox only."""

    def __init__(
        self,
        world: World,
        token: str,
        routes: Iterable[Route],
        repository_routes: Iterable[Route],
        control: Iterable[Route],
    ) -> None:
        self._world = world
        self._token = token
        self.calls: deque[Recorded] = deque(maxlen=500)
        rules = [
            Rule(path, methods=[method], endpoint=(handler, False)) for method, path, handler in (*routes, *control)
        ]
        self._control = frozenset(handler for _, _, handler in control)
        rules += [
            Rule(prefix + path, methods=[method], endpoint=(handler, True))
            for method, path, handler in repository_routes
            for prefix in ("/repos/<owner>/<name>", "/repositories/<int:repository_id>")
        ]
        self._map = Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        sent = request.get_data(as_text=True)
        answer = self._answer(request, sent)
        text = "" if answer.body is None else json.dumps(answer.body)
        headers = {
            "Date": http_date(self._world.clock()),
            "X-GitHub-Api-Version-Selected": "2022-11-28",
            **answer.headers,
        }
        if not request.path.startswith("/_sandbox"):
            query = request.args.to_dict()
            self.calls.append(
                Recorded(request.method, request.path, query, dict(request.headers), sent, answer.status, text)
            )
        response = Response(text, answer.status, headers, content_type="application/json; charset=utf-8")
        return response(environ, start_response)

    def _answer(self, request: Request, sent: str) -> Answer:
        try:
            (handler, in_repository), found = self._map.bind_to_environ(request.environ).match()
            if handler in self._control:
                return self._carried_out(handler, request, sent, found, in_repository=False)
            person = self._authenticate(request)
            fault = faults.take(self._world, request.method)
            if fault is None:
                return self._carried_out(handler, request, sent, found, in_repository=in_repository, person=person)
            if fault["applied"]:
                with suppress(RefusedError):
                    self._carried_out(handler, request, sent, found, in_repository=in_repository, person=person)
            raise faults.refusal(fault)
        except RefusedError as refused:
            return _error(refused)
        except NotFound:
            return _error(RefusedError(404, "Not Found"))
        except HTTPException as exc:
            return _error(RefusedError(exc.code or 500, exc.name))

    def _authenticate(self, request: Request) -> Json:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if not value:
            raise RefusedError(401, "Requires authentication")
        for_app = request.path == "/app" or request.path.startswith("/app/")
        is_app = for_app and kind.lower() == "bearer" and value.count(".") == 2  # noqa: PLR2004 - a JWT has three parts
        if value != self._token and not is_app:
            raise RefusedError(401, "Bad credentials")
        return WAYMARK.document()

    def _carried_out(
        self,
        handler: Handler,
        request: Request,
        sent: str,
        found: Mapping[str, Any],
        *,
        in_repository: bool,
        person: Json | None = None,
    ) -> Answer:
        call = Call(self._world, request, _json(sent), person or {}, self._token)
        arguments = dict(found)
        with self._world.store.transaction():
            if in_repository:
                moved = self._moved(request, arguments)
                if moved:
                    return moved
                name_or_id = arguments.pop("repository_id", None)
                full = None if name_or_id else f"{arguments.pop('owner')}/{arguments.pop('name')}"
                arguments["repo"] = self._world.repository(name_or_id or str(full))
            return handler(call, **arguments)

    def _moved(self, request: Request, arguments: Mapping[str, Any]) -> Answer | None:
        if "owner" not in arguments:
            return None
        old = f"{arguments['owner']}/{arguments['name']}"
        moved = self._world.store.get("moved", "", old.lower())
        if moved is None:
            return None
        url = f"{self._world.base_url}/repositories/{moved['id']}{request.path.removeprefix(f'/repos/{old}')}"
        message = {"message": "Moved Permanently", "url": url, "documentation_url": DOCUMENTATION}
        return Answer(message, 301 if request.method == "GET" else 307, {"Location": url})


def _json(sent: str) -> Json:
    if not sent:
        return {}
    try:
        body = json.loads(sent)
    except json.JSONDecodeError as exc:
        raise RefusedError(400, "Problems parsing JSON") from exc
    if not isinstance(body, dict):
        raise RefusedError(400, "Body should be a JSON object")
    return body


def _error(refused: RefusedError) -> Answer:
    errors = {"errors": refused.errors} if refused.errors else {}
    body = {"message": refused.message, **errors, "documentation_url": DOCUMENTATION, "status": str(refused.status)}
    return Answer(body, refused.status, refused.headers)
