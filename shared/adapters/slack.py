"""Slack through slack_sdk: cards in channels, and answers to a person's click or command."""

import http.client
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from shared.adapters import slack_errors
from shared.errors import PermanentError
from shared.names import SLACK_BOT_TOKEN
from shared.ports.secrets import Secrets
from shared.ports.slack import Block, SlackDownError

TIMEOUT: Final = 10
"""Seconds for one call."""
CARD_EVENT: Final = "waymark_card"
HISTORY_PAGE: Final = 200
HISTORY_PAGES: Final = 5
RESPONSE_HOST: Final = "hooks.slack.com"
_UNREACHABLE: Final = (OSError, http.client.HTTPException)


class SlackCards:
    """Implements Wall. `api` is the base address of the Web API, which ends in `/api/`."""

    def __init__(self, secrets: Secrets, api: str) -> None:
        self._secrets = secrets
        self._api = api

    def find(self, channel: str, card: str) -> str | None:
        """Reads the channel's newest 1000 messages. Only our own bot's count: another app may write any metadata."""
        return self._ours(self._recent(channel), card)

    def find_in_thread(self, channel: str, ts: str, key: str) -> str | None:
        """Reads all of the thread: a card has a few dozen messages under it."""
        return self._ours(self._in_thread(channel, ts), key)

    def _ours(self, messages: Iterable[dict[str, Any]], key: str) -> str | None:
        for message in messages:
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            ours = metadata.get("event_type") == CARD_EVENT and payload.get("card") == key
            if ours and message.get("bot_id") == self._identity["bot_id"]:
                return str(message["ts"])
        return None

    def post(self, channel: str, card: str, text: str, blocks: Sequence[Block]) -> str:
        """Not repeated here where it is unclear whether Slack took it: the next try finds it by its metadata."""
        metadata = {"event_type": CARD_EVENT, "event_payload": {"card": card}}
        answer = self._call(
            channel,
            lambda client: client.chat_postMessage(
                channel=channel,
                text=text,
                blocks=[dict(block) for block in blocks],
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(answer["ts"])

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Its metadata stays, since none is sent. NotFoundError where somebody deleted the message."""
        given = [dict(block) for block in blocks]
        self._call(channel, lambda client: client.chat_update(channel=channel, ts=ts, text=text, blocks=given))

    def post_in_thread(self, channel: str, ts: str, key: str, text: str) -> str:
        """As `post`; it is not shown in the channel itself."""
        answer = self._call(
            channel,
            lambda client: client.chat_postMessage(
                channel=channel,
                thread_ts=ts,
                text=text,
                metadata={"event_type": CARD_EVENT, "event_payload": {"card": key}},
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(answer["ts"])

    def permalink(self, channel: str, ts: str) -> str:
        """Made of the workspace's own address, so that a message with many links costs no call for each."""
        return f"{str(self._identity['url']).rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"

    def _recent(self, channel: str) -> Iterator[dict[str, Any]]:
        return self._pages(lambda cursor: self._history(channel, cursor))

    def _in_thread(self, channel: str, ts: str) -> Iterator[dict[str, Any]]:
        return self._pages(lambda cursor: self._replies(channel, ts, cursor))

    def _pages(self, read: Callable[[str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
        cursor = ""
        for _ in range(HISTORY_PAGES):
            page = read(cursor)
            yield from page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _replies(self, channel: str, ts: str, cursor: str) -> dict[str, Any]:
        return self._call(
            channel,
            lambda client: client.conversations_replies(
                channel=channel, ts=ts, cursor=cursor, limit=HISTORY_PAGE, include_all_metadata=True
            ),
        )

    def _history(self, channel: str, cursor: str) -> dict[str, Any]:
        return self._call(
            channel,
            lambda client: client.conversations_history(
                channel=channel, cursor=cursor, limit=HISTORY_PAGE, include_all_metadata=True
            ),
        )

    @cached_property
    def _identity(self) -> dict[str, Any]:
        """Who we are there: `bot_id`, and `url`, the workspace's address."""
        return self._call("", lambda client: client.auth_test())

    def _call(self, channel: str, method: Callable[[WebClient], Any]) -> dict[str, Any]:
        # Retry handlers sleep, and post again what may have arrived: the queue waits for us, and `find` looks first.
        client = WebClient(self._secrets.get(SLACK_BOT_TOKEN), base_url=self._api, timeout=TIMEOUT, retry_handlers=[])
        try:
            return dict(method(client).data)
        except SlackApiError as exc:
            raise slack_errors.refusal(
                exc.response.status_code, exc.response.headers, exc.response.data, channel
            ) from exc
        except (*_UNREACHABLE, SlackClientError, UnicodeError) as exc:
            raise SlackDownError(
                f"Slack could not be reached at {self._api}: {exc}. Nothing to do unless it stays so: look at status.slack.com."
            ) from exc


class _NoRedirects(HTTPRedirectHandler):
    """An address that we have checked must not send us on to one that we have not."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follows none: the redirect is an HTTPError then."""


class SlackReplies:
    """Implements Replies. Posts to Slack's own host and to that of `api`, and nowhere else."""

    def __init__(self, api: str) -> None:
        self._api = _origin(api)
        self._opener = build_opener(_NoRedirects())

    def reply(self, response_url: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """PermanentError also where the address is not Slack's: a message that we did not get from Slack names it."""
        self._check(response_url)
        body = slack_errors.reply_body(text, blocks)
        request = Request(response_url, body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")  # noqa: S310 - _check
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                answer.read()
        except HTTPError as exc:
            with exc:
                raise slack_errors.reply_refusal(exc.code, dict(exc.headers.items()), exc.read()) from exc
        except _UNREACHABLE as exc:
            raise SlackDownError(f"Slack could not be reached for a reply: {exc}") from exc

    def _check(self, response_url: str) -> None:
        allowed = {("https", RESPONSE_HOST, 443), self._api}
        if _origin(response_url) not in allowed:
            raise PermanentError(
                f"A reply to {response_url[:100]!r} was asked for, which is not an address of Slack. Nothing was sent;"
                " answer in the channel, and look who can write to the queue.",
                "response_url_refused",
            )


def _origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; an origin that nobody has where `url` is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
