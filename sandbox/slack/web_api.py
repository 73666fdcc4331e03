"""The Web API methods of the mock Slack, which refuse what Slack refuses."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sandbox.slack import modals
from sandbox.slack.content import POST_TEXT, UPDATE_TEXT, Arguments, Content, SlackRefusalError
from sandbox.slack.payloads import APP, BOT, BOT_USER, Json, message_json
from sandbox.slack.workspace import Message, Workspace

RATE_LIMIT: Final = "rate_limit"
"""Setting: whether a channel takes one message a second only."""
PACE: Final = timedelta(seconds=1)
MOST_PER_PAGE: Final = 999
SCOPES: Final = "scopes"
"""Setting: what the bot was granted; unset: everything that a method may ask for."""
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.replies": ("channels:history", "groups:history"),
    "usergroups.users.list": ("usergroups:read",),
}
"""Slack's reference of each method: any one of these scopes will do (here a channel may be public or private)."""
ALL_SCOPES: Final = ("commands", *dict.fromkeys(scope for scopes in NEEDED.values() for scope in scopes))
_CHANNEL: Final = re.compile(r"[CDG][A-Z0-9]+")
_TRUE: Final = ("1", "true", "True", True, 1)


class WebApi:
    """Answers calls that carry the bot's token."""

    def __init__(self, workspace: Workspace, team: str, bot_token: str) -> None:
        self._workspace = workspace
        self._team = team
        self._bot_token = bot_token
        self._methods: Mapping[str, Callable[[Arguments], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "usergroups.users.list": self._users_of_group,
            "views.open": self._open_view,
            "views.update": self._update_view,
        }

    def call(self, method: str, token: str, arguments: Arguments) -> Json:
        """The answer of a method; SlackRefusalError where Slack says no."""
        if method not in self._methods:
            raise SlackRefusalError("unknown_method")
        failure = self._workspace.take(f"failures:{method}") or {}
        if failure and not failure["done"]:
            raise _staged(failure)
        if token != self._bot_token:
            raise SlackRefusalError("invalid_auth" if token else "not_authed")
        needed = NEEDED.get(method, ())
        if needed and not set(needed) & set(self.scopes()):
            raise SlackRefusalError("missing_scope")
        answer = self._methods[method](arguments)
        if failure:
            raise _staged(failure)
        return {"ok": True, **answer}

    def scopes(self) -> Sequence[str]:
        """What the header `X-OAuth-Scopes` of every answer says."""
        granted: Sequence[str] | None = self._workspace.setting(SCOPES)
        return ALL_SCOPES if granted is None else granted

    def _auth_test(self, _: Arguments) -> Json:
        return {
            "url": f"https://{self._team.lower()}.slack.com/",
            "team": self._team,
            "team_id": self._team,
            "user": "waymark",
            "user_id": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
        }

    def _users_of_group(self, arguments: Arguments) -> Json:
        users = self._workspace.setting(f"usergroup:{arguments.get('usergroup')}")
        if not isinstance(users, list):
            raise SlackRefusalError("no_such_subteam")
        return {"users": users}

    def _post_message(self, arguments: Arguments) -> Json:
        channel = self._channel(arguments)
        message = self._post(channel, Content.read(arguments, POST_TEXT), None, self._thread(channel, arguments))
        return {"channel": channel, "ts": message.ts, "message": message_json(message, self._team)}

    def _post_ephemeral(self, arguments: Arguments) -> Json:
        user = arguments.get("user")
        if not isinstance(user, str) or not user:
            raise SlackRefusalError("invalid_arguments", "[ERROR] missing required field: user")
        content = replace(Content.read(arguments, POST_TEXT), metadata=None)
        return {"message_ts": self._post(self._channel(arguments), content, user).ts}

    def _thread(self, channel: str, arguments: Arguments) -> str | None:
        """The message that starts the thread: one in a thread has none of its own."""
        ts = arguments.get("thread_ts")
        if ts is None:
            return None
        if (parent := self._workspace.message(channel, str(ts))) is None or parent.ephemeral:
            raise SlackRefusalError("thread_not_found")
        return parent.thread or parent.ts

    def _post(self, channel: str, content: Content, ephemeral: str | None, thread: str | None = None) -> Message:
        pace = PACE if self._workspace.setting(RATE_LIMIT) else None
        text, blocks = content.text or "", content.blocks or ()
        draft = Message(channel, "", BOT_USER, text, blocks, content.metadata or None, ephemeral, thread=thread)
        posted = self._workspace.add(draft, pace=pace)
        if posted is None:
            raise SlackRefusalError("ratelimited", status=429, retry_after=1)
        return posted

    def _update(self, arguments: Arguments) -> Json:
        channel, ts = self._channel(arguments), str(arguments.get("ts") or "")
        message = self._workspace.message(channel, ts)
        if message is None or message.ephemeral:
            raise SlackRefusalError("message_not_found")
        if message.author != BOT_USER:
            raise SlackRefusalError("cant_update_message")
        content = Content.read(arguments, UPDATE_TEXT)
        # Slack docs, chat.update: metadata that is left out stays, `{}` removes it; blocks go where only text is given.
        metadata = message.metadata if content.metadata is None else content.metadata or None
        edited = f"{self._workspace.clock().timestamp():.6f}"
        changed = replace(
            message, text=content.text or "", blocks=content.blocks or (), metadata=metadata, edited=edited
        )
        stored = self._workspace.rewrite(changed)
        return {"channel": channel, "ts": ts, "text": stored.text, "message": message_json(stored, self._team)}

    def _replies(self, arguments: Arguments) -> Json:
        """The message that starts the thread, then what is under it, oldest first, all on one page."""
        channel, ts = self._channel(arguments), str(arguments.get("ts") or "")
        if self._workspace.message(channel, ts) is None:
            raise SlackRefusalError("thread_not_found")
        metadata = arguments.get("include_all_metadata") in _TRUE
        found = [each for each in self._workspace.messages(channel) if ts in {each.ts, each.thread}]
        return {
            "messages": [message_json(each, self._team, metadata=metadata) for each in found],
            "has_more": False,
            "response_metadata": {"next_cursor": ""},
        }

    def _history(self, arguments: Arguments) -> Json:
        channel = self._channel(arguments)
        limit = str(arguments.get("limit") or 100)
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_PER_PAGE:
            raise SlackRefusalError("invalid_limit")
        cursor = str(arguments.get("cursor") or "")
        if cursor and not re.fullmatch(r"before:\d+\.\d{6}", cursor):
            raise SlackRefusalError("invalid_cursor")
        older_than = cursor.removeprefix("before:") or "~"
        in_channel = (each for each in self._workspace.messages(channel) if not (each.ephemeral or each.thread))
        found = [each for each in in_channel if each.ts < older_than]
        page = found[::-1][: int(limit)]
        more = len(found) > len(page)
        metadata = arguments.get("include_all_metadata") in _TRUE
        return {
            "messages": [message_json(each, self._team, metadata=metadata) for each in page],
            "has_more": more,
            "response_metadata": {"next_cursor": f"before:{page[-1].ts}" if more else ""},
        }

    def _open_view(self, arguments: Arguments) -> Json:
        return {"view": modals.open_view(self._workspace, arguments)}

    def _update_view(self, arguments: Arguments) -> Json:
        return {"view": modals.update_view(self._workspace, arguments)}

    def _channel(self, arguments: Arguments) -> str:
        channel = arguments.get("channel")
        if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
            raise SlackRefusalError("channel_not_found")
        if closed := self._workspace.setting(f"channel:{channel}"):
            raise SlackRefusalError(closed)
        return channel


def _staged(failure: Json) -> SlackRefusalError:
    return SlackRefusalError(failure["error"], status=failure["status"], retry_after=failure["retry_after"])
