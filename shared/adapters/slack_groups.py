"""Slack's user groups through slack_sdk: who is in one, now."""

import http.client
from collections.abc import Sequence
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from shared.adapters import slack_errors
from shared.errors import PermanentError, RetryableError
from shared.names import SLACK_BOT_TOKEN
from shared.ports.secrets import Secrets
from state_schema.ids import Person

TIMEOUT: Final = 10
"""Seconds for one call."""
_MOST: Final = 5000


class SlackUserGroups:
    """Implements UserGroups; the app needs the scope usergroups:read. `api` is the base address of the Web API."""

    def __init__(self, secrets: Secrets, api: str, team: str) -> None:
        self._secrets = secrets
        self._api = api
        self._team = team

    def members(self, group: str) -> Sequence[Person]:
        """In Slack's order. A group that was disabled has no members any more."""
        team, _, name = group.removeprefix("slack-group:").partition("/")
        if team != self._team:
            text = (
                f"{group} is of another workspace than ours ({self._team or 'none is set'}). Correct the campaign file."
            )
            raise PermanentError(text, "other_team")
        client = WebClient(self._secrets.get(SLACK_BOT_TOKEN), base_url=self._api, timeout=TIMEOUT, retry_handlers=[])
        try:
            found = client.usergroups_users_list(usergroup=name, team_id=team).get("users") or []
        except SlackApiError as exc:
            answer = exc.response
            raise slack_errors.refusal(answer.status_code, answer.headers, answer.data, name) from exc
        except (OSError, http.client.HTTPException, SlackClientError, UnicodeError) as exc:
            raise RetryableError(f"Slack could not be reached at {self._api}: {exc}") from exc
        if len(found) > _MOST:
            raise PermanentError(f"{group} has {len(found):,} members, {_MOST:,} are the most. Name a smaller one.")
        return tuple(f"slack:{team}/{user}" for user in found)
