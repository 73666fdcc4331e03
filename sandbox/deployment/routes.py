"""The HTTP side of the mock deployments: the part of Airflow's REST API v2 that we call, and control routes."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.deployment.estate import ConflictError, Dag, Estate, NoSuchDagError
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from sandbox.deployment.server import MockAirflow

ROUTES: Final = """\
Mock Airflow deployments. Control routes take and give JSON.

GET   /<resource>/<environment>/api/v2/monitor/health
GET   /<resource>/<environment>/api/v2/dags               ?limit=&offset=
GET   /<resource>/<environment>/api/v2/dags/<id>
PATCH /<resource>/<environment>/api/v2/dags/<id>          {is_paused}
POST  /_sandbox/seed       {resource, environment, items?}: these DAGs, all paused
POST  /_sandbox/fail       {resource, environment, item, reason, times?}: the next PATCHes of it answer 409
POST  /_sandbox/set_health {resource, environment, component, status}: `unhealthy`, or null: not deployed
POST  /_sandbox/acts       {resource, environment}: how many PATCHes each DAG got
"""
DEFAULT_LIMIT: Final = 50
MOST: Final = 100
_PLACE: Final = "/<resource>/<environment>/api/v2"
_MAP: Final = Map(
    [
        Rule("/", endpoint="about"),
        Rule("/_sandbox/<act>", endpoint="control", methods=["POST"]),
        Rule(f"{_PLACE}/monitor/health", endpoint="health", methods=["GET"]),
        Rule(f"{_PLACE}/dags", endpoint="dags", methods=["GET"]),
        # A DAG id may hold a slash: it comes quoted, and WSGI has unquoted it before we see it.
        Rule(f"{_PLACE}/dags/<path:dag>", endpoint="dag", methods=["GET"]),
        Rule(f"{_PLACE}/dags/<path:dag>", endpoint="patch", methods=["PATCH"]),
    ],
    merge_slashes=False,
)


class AirflowRoutes:
    """A WSGI application."""

    def __init__(self, airflow: "MockAirflow", estate: Estate, clock: Clock) -> None:
        self._estate = estate
        self._clock = clock
        self._acts: Mapping[str, Callable[..., Any]] = {
            "seed": airflow.seed,
            "fail": airflow.fail,
            "set_health": airflow.set_health,
            "acts": airflow.acts,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, matched = _MAP.bind_to_environ(environ).match()
            values = dict(matched)
            if "resource" in values:
                values["place"] = f"{values.pop('resource')}/{values.pop('environment')}"
            response: Any = getattr(self, f"_{endpoint}")(request, **values)
        except NoSuchDagError as exc:
            response = _detail(404, str(exc))
        except HTTPException as exc:
            response = exc
        return response(environ, start_response)  # type: ignore[no-any-return]

    def _about(self, _: Request) -> Response:
        return Response(ROUTES)

    def _health(self, _: Request, place: str) -> Response:
        now = self._clock().isoformat()
        said: dict[str, dict[str, str | None]] = {}
        for component, status in self._estate.health(place).items():
            beat = {} if component == "metadatabase" else {f"latest_{component}_heartbeat": now if status else None}
            said[component] = {"status": status, **beat}
        return _json(said)

    def _dags(self, request: Request, place: str) -> Response:
        limit, offset = request.args.get("limit", str(DEFAULT_LIMIT)), request.args.get("offset", "0")
        if not limit.isdecimal() or not offset.isdecimal():
            message = "Input should be greater than or equal to 0"
            return _detail(422, [{"type": "greater_than_equal", "loc": ["query", "limit"], "msg": message}])
        dags = self._estate.dags(place)
        page = dags[int(offset) : int(offset) + min(int(limit) or DEFAULT_LIMIT, MOST)]
        return _json({"dags": [_shown(dag) for dag in page], "total_entries": len(dags)})

    def _dag(self, _: Request, place: str, dag: str) -> Response:
        return _json(_shown(self._estate.dag(place, dag)))

    def _patch(self, request: Request, place: str, dag: str) -> Response:
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or body.keys() != {"is_paused"} or not isinstance(body["is_paused"], bool):
            return _detail(422, [{"type": "missing", "loc": ["body", "is_paused"], "msg": "Field required"}])
        try:
            return _json(_shown(self._estate.pause(place, dag, paused=body["is_paused"])))
        except ConflictError as exc:
            return _detail(409, str(exc))

    def _control(self, request: Request, act: str) -> Response:
        if act not in self._acts:
            return _json({"error": f"no such act: {act}; GET / lists them"}, 404)
        try:
            return _json({"result": self._acts[act](**request.get_json(force=True))})
        except TypeError as exc:
            return _json({"error": f"{exc}; GET / lists what each act takes"}, 400)


def _shown(dag: Dag) -> Mapping[str, Any]:
    return {"dag_id": dag.id, "dag_display_name": dag.id, "is_paused": dag.paused, "is_stale": False, "tags": []}


def _detail(status: int, detail: object) -> Response:
    return _json({"detail": detail}, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
