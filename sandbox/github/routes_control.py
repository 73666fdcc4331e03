"""The control routes, `/_sandbox/...`: they exist in the sandbox only, need no token, and are listed at `/`."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sandbox.github.app import Answer, Call, Route
from sandbox.github.controls import Controls
from sandbox.github.store import Json
from sandbox.github.world import REVIEWER, Person, RefusedError

T = TypeVar("T")
Act = Callable[[Controls, "Given"], Any]


class Given:
    """The body and path of a control call; a missing or wrong field is refused by its name."""

    def __init__(self, body: Json, path: Json) -> None:
        self._fields = {**body, **path}

    def need(self, name: str, kind: type[T]) -> T:
        value = self._fields.get(name)
        if not isinstance(value, kind):
            raise RefusedError(422, f"The field {name!r} is missing or not of type {kind.__name__}. See GET /.")
        return value

    def get(self, name: str, default: T) -> T:
        return self.need(name, type(default)) if name in self._fields else default

    def number(self, name: str, default: float) -> float:
        value = self._fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedError(422, f"The field {name!r} is not a number. See GET /.")
        return value

    def fields(self, known: Sequence[str]) -> Json:
        """Those of `known` that were given."""
        return {name: self._fields[name] for name in known if name in self._fields}

    def texts(self, name: str) -> dict[str, str]:
        given: Json = self.get(name, {})
        return {str(key): str(value) for key, value in given.items()}

    def files(self) -> dict[str, str | None]:
        return {path: None if text is None else str(text) for path, text in self.need("files", dict).items()}

    def repository(self) -> str:
        return f"{self._fields['owner']}/{self._fields['name']}"

    def person(self) -> Person:
        found = self.get("person", REVIEWER.document())
        if not isinstance(found.get("id"), int) or not isinstance(found.get("login"), str):
            raise RefusedError(422, 'A person is {"id": number, "login": text}. See GET /.')
        return Person(found["id"], found["login"])


_PULL: Final = "/_sandbox/pull_requests/<owner>/<name>/<int:number>"
_RUN: Final = "/_sandbox/runs/<int:run_id>"
_PERSON: Final = {"person": {"id": 9001, "login": "reviewer"}}


def _push_to(github: Controls, given: Given) -> Json:
    files, message = given.files(), given.get("message", "Change")
    return github.push_to(given.repository(), given.need("number", int), files, message=message, person=given.person())


def _create_repository(github: Controls, given: Given) -> Json:
    files = {path: text or "" for path, text in given.files().items()}
    branch = given.get("default_branch", "main")
    return github.create_repository(given.need("name", str), files, default_branch=branch, person=given.person())


def _review(github: Controls, given: Given) -> Json:
    event, text = given.need("event", str), given.get("text", "")
    return github.review(given.repository(), given.need("number", int), event, text=text, person=given.person())


def _script(github: Controls, given: Given) -> Json:
    return github.script_run(
        given.need("workflow", str),
        given.need("conclusion", str),
        inputs=given.texts("inputs"),
        reason=given.get("reason", ""),
        after=given.number("after", 0),
    )


def _on_pull(act: Callable[..., Json]) -> Act:
    return lambda github, given: act(github, given.repository(), given.need("number", int), person=given.person())


def _limit(github: Controls, given: Given) -> None:
    kind = given.get("kind", "secondary")
    if kind not in {"primary", "secondary", "too_many"}:
        raise RefusedError(422, f"No kind of limit: {kind!r}. Allowed: primary, secondary, too_many.")
    github.limit_next_calls(given.need("calls", int), retry_after=given.get("retry_after", 60), kind=kind)  # type: ignore[arg-type]


def _fail(github: Controls, given: Given) -> None:
    github.fail_next_calls(
        given.need("calls", int),
        status=given.get("status", 502),
        after=given.get("after", 0),
        method=given.get("method", ""),
        applied=given.get("applied", False),
    )


_ACTS: Final[tuple[tuple[str, str, str, Json, Act], ...]] = (
    (
        "POST",
        "/_sandbox/repositories",
        "create a repository with files",
        {"name": "acme/dags", "files": {"README.md": "text"}, "default_branch": "main"},
        _create_repository,
    ),
    ("GET", "/_sandbox/pull_requests", "list all pull requests", {}, lambda github, _: github.pull_requests()),
    ("POST", f"{_PULL}/merge", "merge, as this person", _PERSON, _on_pull(Controls.merge)),
    ("POST", f"{_PULL}/close", "close without merging", _PERSON, _on_pull(Controls.close_unmerged)),
    ("POST", f"{_PULL}/reopen", "reopen", _PERSON, _on_pull(Controls.reopen)),
    (
        "POST",
        f"{_PULL}/review",
        "review: APPROVE, REQUEST_CHANGES or COMMENT",
        {"event": "APPROVE", "text": "", **_PERSON},
        _review,
    ),
    (
        "POST",
        f"{_PULL}/push",
        "push one commit to its branch; null deletes a file",
        {"files": {"a.py": "text", "b.py": None}, "message": "Fix", **_PERSON},
        _push_to,
    ),
    ("GET", "/_sandbox/runs", "list all workflow runs", {}, lambda github, _: github.runs()),
    (
        "POST",
        f"{_RUN}/finish",
        "finish a run; a reason becomes the failure annotation",
        {"conclusion": "failure", "reason": "ImagePullBackOff", **_PERSON},
        lambda github, given: github.finish_run(
            given.need("run_id", int),
            given.need("conclusion", str),
            reason=given.get("reason", ""),
            person=given.person(),
        ),
    ),
    (
        "POST",
        f"{_RUN}/rerun",
        "start the next attempt of a completed run",
        _PERSON,
        lambda github, given: github.rerun(given.need("run_id", int), person=given.person()),
    ),
    (
        "POST",
        "/_sandbox/scripts",
        "how the next run of a workflow with these inputs ends, after so many seconds",
        {
            "workflow": "deploy.yml",
            "inputs": {"environment": "test"},
            "conclusion": "success",
            "reason": "",
            "after": 0,
        },
        _script,
    ),
    ("GET", "/_sandbox/deliveries", "list all webhooks", {}, lambda github, _: github.deliveries()),
    (
        "POST",
        "/_sandbox/deliveries/<int:delivery>/redeliver",
        "send a webhook again under the same GUID",
        {},
        lambda github, given: github.redeliver(given.need("delivery", int)),
    ),
    (
        "POST",
        "/_sandbox/deliveries/drop",
        "lose the next webhooks",
        {"count": 1},
        lambda github, given: github.drop_next_deliveries(given.need("count", int)),
    ),
    (
        "POST",
        "/_sandbox/app",
        "change the App's registration; `accepted`: the permissions that its installation was granted, where they lag behind",
        {"permissions": {"contents": "write"}, "events": ["pull_request"], "suspended": False, "url": "https://"},
        lambda github, given: github.register(
            **given.fields(("permissions", "accepted", "events", "suspended", "url"))
        ),
    ),
    (
        "POST",
        "/_sandbox/limits",
        "rate-limit the next API calls: primary, secondary or too_many (429)",
        {"calls": 1, "retry_after": 60, "kind": "secondary"},
        _limit,
    ),
    (
        "POST",
        "/_sandbox/failures",
        "let `after` calls pass, then fail some; applied: carried out, the answer lost",
        {"calls": 1, "status": 502, "after": 0, "method": "POST", "applied": False},
        _fail,
    ),
)


def documentation(_call: Call) -> Answer:
    """What `/` says."""
    routes = [
        {"method": method, "path": path.replace("<int:", "<"), "what": what, "body": body}
        for method, path, what, body, _ in _ACTS
    ]
    return Answer({"what": "Waymark's mock GitHub: api.github.com's routes, and these", "control": routes})


def _handler(github: Controls, act: Act) -> Callable[..., Answer]:
    def handle(call: Call, **path: object) -> Answer:
        found = act(github, Given(call.body, path))
        return Answer({"done": True} if found is None else found)

    return handle


def control_routes(github: Controls) -> tuple[Route, ...]:
    """Those of one mock GitHub."""
    acts = tuple((method, path, _handler(github, act)) for method, path, _, _, act in _ACTS)
    return (("GET", "/", documentation), *acts)
