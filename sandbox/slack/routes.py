"""The HTTP side of the mock Slack: Web API methods, response addresses, and the control routes under `/_sandbox`."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.slack.content import SlackRefusalError
from sandbox.slack.page import page
from sandbox.slack.payloads import Json, message_json
from sandbox.slack.people import DoorResponse, NoSuchButtonError, People
from sandbox.slack.reading import read
from sandbox.slack.web_api import WebApi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from sandbox.slack.server import MockSlack

ROUTES: Final = """\
A mock Slack. Control routes take and give JSON.

POST /api/<method>           the Web API: auth.test, chat.postMessage, chat.postEphemeral, chat.update,
                             conversations.history, usergroups.users.list, views.open, views.update
POST /actions/<team>/…       answers to a click or command (response_url): five, within thirty minutes
POST /_sandbox/click         {channel, ts, action_id, user, value?, stale?, team?, state?}: clicks a button
POST /_sandbox/command       {text, channel, user, team?}: types /migrate <text>
POST /_sandbox/submit        {view_id, user, values?, raw?, team?, times?}: submits a modal; values by input: text, option, list
POST /_sandbox/close         {view_id}: closes a modal
GET  /_sandbox/modals        ?user=U…: the modals that are open, with what stands in them
GET  /_sandbox/messages      ?channel=C…: all messages as they stand, each with `reading`, as a person reads it
GET  /_sandbox/channel.html  ?channel=C…: the channel as a page for a browser, threads folded; left out: the first one
POST /_sandbox/delete        {channel, ts}: a person deletes a message
POST /_sandbox/rate_limit    {on}: one message a second and channel, else 429
POST /_sandbox/channel       {channel, error}: the channel answers this error; null opens it again
POST /_sandbox/user_group    {group, users}: who is in the user group S… from now on
POST /_sandbox/scopes        {scopes}: what the bot is granted from now on; a method that lacks one answers missing_scope
POST /_sandbox/fail          {method, error, times?, status?, retry_after?, done?}: the next calls fail; `done`: after acting
"""
_MAP: Final = Map(
    [
        Rule("/", endpoint="about"),
        Rule("/api/", endpoint="about"),
        Rule("/api/<method>", endpoint="call", methods=["GET", "POST"]),
        Rule("/actions/<team>/<int:click>/<token>", endpoint="answer", methods=["POST"]),
        Rule("/_sandbox/messages", endpoint="messages", methods=["GET"]),
        Rule("/_sandbox/channel.html", endpoint="page", methods=["GET"]),
        Rule("/_sandbox/modals", endpoint="modals", methods=["GET"]),
        Rule("/_sandbox/<act>", endpoint="act", methods=["POST"]),
        Rule("/api/_sandbox/messages", endpoint="messages", methods=["GET"]),
        Rule("/api/_sandbox/channel.html", endpoint="page", methods=["GET"]),
        Rule("/api/_sandbox/modals", endpoint="modals", methods=["GET"]),
        Rule("/api/_sandbox/<act>", endpoint="act", methods=["POST"]),
    ]
)


class SlackRoutes:
    """A WSGI application."""

    def __init__(self, slack: "MockSlack", api: WebApi, people: People) -> None:
        self._slack = slack
        self._api = api
        self._people = people
        self._acts: Mapping[str, Callable[..., Any]] = {
            "click": slack.click,
            "command": slack.command,
            "submit": slack.submit,
            "close": slack.close_modal,
            "delete": slack.delete,
            "rate_limit": slack.limit_rate,
            "channel": slack.close_channel,
            "fail": slack.fail,
            "user_group": slack.set_user_group,
            "scopes": slack.grant_scopes,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, values = _MAP.bind_to_environ(environ).match()
            response: Any = getattr(self, f"_{endpoint}")(request, **values)
        except HTTPException as exc:
            response = exc
        return response(environ, start_response)  # type: ignore[no-any-return]

    def _about(self, _: Request) -> Response:
        return Response(ROUTES)

    def _call(self, request: Request, method: str) -> Response:
        try:
            arguments = _arguments(request)
            token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(arguments.get("token", ""))
            answer = _json(self._api.call(method, token, arguments))
            answer.headers["X-OAuth-Scopes"] = ",".join(self._api.scopes())
            return answer
        except SlackRefusalError as exc:
            return _refused(exc)

    def _answer(self, request: Request, team: str, click: int, token: str) -> Response:
        if team != self._slack.team:
            return _refused(SlackRefusalError("no_team", status=404))
        try:
            self._people.answer(click, token, request.get_data())
        except SlackRefusalError as exc:
            return _refused(exc)
        return _json({"ok": True})

    def _messages(self, request: Request) -> Response:
        shown = [
            message_json(each, self._slack.team) | {"ephemeral": each.ephemeral, "reading": read(each)}
            for each in self._slack.messages(request.args.get("channel", ""))
        ]
        return _json({"messages": shown})

    def _modals(self, request: Request) -> Response:
        return _json({"modals": self._slack.modals(request.args.get("user"))})

    def _page(self, request: Request) -> Response:
        channels = self._slack.channels()
        channel = request.args.get("channel") or next(iter(channels), "")
        shown = Response(page(channel, self._slack.messages(channel), channels), mimetype="text/html")
        shown.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return shown

    def _act(self, request: Request, act: str) -> Response:
        if act not in self._acts:
            return _json({"error": f"no such act: {act}; GET / lists them"}, 404)
        try:
            result = self._acts[act](**request.get_json(force=True))
        except NoSuchButtonError as exc:
            return _json({"error": str(exc)}, 409)
        except SlackRefusalError as exc:
            return _json({"error": f"our door answered what Slack refuses: {exc.error}"}, 502)
        except (TypeError, ValueError) as exc:
            return _json({"error": f"{exc}; GET / lists what each act takes"}, 400)
        except requests.RequestException as exc:
            return _json({"error": f"our door did not answer: {exc}"}, 502)
        shown = {"status": result.status, "body": result.body} if isinstance(result, DoorResponse) else result
        return _json({"result": shown})


def _arguments(request: Request) -> Json:
    given = {**request.args, **request.form}
    if request.mimetype != "application/json":
        return given
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as exc:
        raise SlackRefusalError("invalid_json") from exc
    if not isinstance(body, dict):
        raise SlackRefusalError("json_not_object")
    return given | body


def _refused(refusal: SlackRefusalError) -> Response:
    body: Json = {"ok": False, "error": refusal.error}
    if refusal.messages:
        body["errors"] = [message.removeprefix("[ERROR] ") for message in refusal.messages]
        body["response_metadata"] = {"messages": list(refusal.messages)}
    response = _json(body, refusal.status)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
