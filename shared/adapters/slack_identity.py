"""Whose bot token ours is, and what it may do: `auth.test`, and the header that Slack sends with every answer."""

import http.client
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from shared.adapters import slack_errors
from shared.names import SLACK_BOT_TOKEN
from shared.ports.deployed import SlackSeen
from shared.ports.secrets import Secrets
from shared.ports.slack import SlackDownError

TIMEOUT: Final = 10
"""Seconds."""


class SlackBotIdentity:
    """The port `SlackIdentity`. `api` is the base address of the Web API."""

    def __init__(self, secrets: Secrets, api: str) -> None:
        self._secrets = secrets
        self._api = api

    def seen(self) -> SlackSeen:
        client = WebClient(self._secrets.get(SLACK_BOT_TOKEN), base_url=self._api, timeout=TIMEOUT, retry_handlers=[])
        try:
            answer = client.auth_test()
        except SlackApiError as exc:
            raise slack_errors.refusal(exc.response.status_code, exc.response.headers, exc.response.data, "") from exc
        except (OSError, http.client.HTTPException, SlackClientError, UnicodeError) as exc:
            raise SlackDownError(f"Slack could not be reached at {self._api}: {type(exc).__name__}") from exc
        headers = {name.lower(): value for name, value in answer.headers.items()}
        scopes = [scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")]
        return SlackSeen(str(answer.get("team_id") or ""), [scope for scope in scopes if scope])
