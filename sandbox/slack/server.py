"""The mock Slack as one object: serve it, look into it, click in it. `GET /` of what it serves lists the routes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.serving import Server
from sandbox.slack.people import DoorResponse, People, Press, Typed
from sandbox.slack.routes import SlackRoutes
from sandbox.slack.submitting import Sent
from sandbox.slack.web_api import RATE_LIMIT, SCOPES, WebApi
from sandbox.slack.workspace import Message, Workspace
from shared.ports.clock import Clock


class MockSlack:
    """One team, kept in the SQLite file `path`. The addresses of our doors may be set later; they are read at each act."""

    def __init__(
        self,
        path: str | Path,
        *,
        team: str,
        bot_token: str,
        signing_secret: str,
        interactions_url: str = "",
        commands_url: str = "",
        clock: Clock,
    ) -> None:
        self.team = team
        self.interactions_url = interactions_url
        self.commands_url = commands_url
        self._workspace = Workspace(path, clock)
        self._people = People(self._workspace, team, signing_secret)
        self._api = WebApi(self._workspace, team, bot_token)
        self._server: Server | None = None

    def serve(self, port: int = 0) -> str:
        """Serves on 127.0.0.1; answers the Web API's base address, which ends in `/api/`. OSError: the port is taken."""
        self._server = Server(SlackRoutes(self, self._api, self._people), port)
        self._people.answers_at = self._server.url
        return f"{self._server.url}/api/"

    def close(self) -> None:
        """Stops serving and closes the file; what was said stays in it."""
        if self._server is not None:
            self._server.close()
        self._workspace.close()

    def messages(self, channel: str) -> list[Message]:
        """The channel's messages as they stand, ephemeral ones too, oldest first."""
        return self._workspace.messages(channel)

    def channels(self) -> list[str]:
        """The channels in which anything was said."""
        return self._workspace.channels()

    def click(self, channel: str, ts: str, action_id: str, user: str, **how: Any) -> DoorResponse:  # noqa: ANN401
        """Clicks a button; `how` as in `Press`: value, stale, team, state. NoSuchButtonError where there is none."""
        return self._people.click(Press(channel, ts, action_id, user, **how), self.interactions_url)

    def command(self, text: str, channel: str, user: str, *, team: str | None = None) -> DoorResponse:
        """Types `/migrate <text>`."""
        return self._people.command(Typed(text, channel, user, team=team), self.commands_url)

    def submit(
        self,
        view_id: str,
        user: str,
        values: Mapping[str, Any] | None = None,
        **how: Any,  # noqa: ANN401
    ) -> DoorResponse:
        """Submits a modal; `values` by input, `how` as in `Sent`: raw, team, times. NoSuchButtonError where it cannot be."""
        return self._people.submit(Sent(view_id, user, values or {}, **how), self.interactions_url)

    def close_modal(self, view_id: str) -> None:
        """Closes a modal without sending it. NoSuchButtonError where it is not open."""
        self._people.close(view_id)

    def modals(self, user: str | None = None) -> list[Mapping[str, Any]]:
        """The modals that are open, of one person or of all, the oldest first."""
        return [view for opener, view in self._workspace.modals() if user in {None, opener}]

    def delete(self, channel: str, ts: str) -> bool:
        """A person deletes a message; False where there is none."""
        return self._workspace.delete(channel, ts)

    def say(self, channel: str, user: str, text: str, metadata: Mapping[str, Any] | None = None) -> Message | None:
        """Somebody other than our bot posts a message."""
        return self._workspace.add(Message(channel, "", user, text, metadata=metadata))

    def limit_rate(self, *, on: bool) -> None:
        """Whether a channel takes only one message a second (by the clock), and else answers 429."""
        self._workspace.set(RATE_LIMIT, on)

    def set_user_group(self, group: str, users: list[str]) -> None:
        """Who is in the user group `S…` from now on; what was never set there is not."""
        self._workspace.set(f"usergroup:{group}", users)

    def grant_scopes(self, scopes: list[str]) -> None:
        """What the bot is granted from now on; before that, it may do everything."""
        self._workspace.set(SCOPES, scopes)

    def close_channel(self, channel: str, error: str | None) -> None:
        """The channel answers `error` (channel_not_found, not_in_channel, is_archived …) from now on; None opens it."""
        self._workspace.set(f"channel:{channel}", error)

    def fail(
        self,
        method: str,
        error: str,
        *,
        times: int = 1,
        status: int = 200,
        retry_after: int | None = None,
        done: bool = False,
    ) -> None:
        """The next `times` calls of `method` answer this error; with `done`, after having done what they were asked."""
        failure = {"error": error, "status": status, "retry_after": retry_after, "done": done}
        self._workspace.set(f"failures:{method}", [failure] * times)

    def opened_modal(self, trigger_id: str) -> Mapping[str, Any] | None:
        """The modal that was opened for an act, or None."""
        return self._workspace.modal(int(trigger_id))
