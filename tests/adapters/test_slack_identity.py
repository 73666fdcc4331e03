"""Whose the bot token is, read from the mock Slack over HTTP."""

import pytest

from sandbox.slack.server import MockSlack
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack_identity import SlackBotIdentity
from shared.errors import PermanentError, RetryableError
from shared.ports.deployed import SlackSeen


def identity(api: str, token: str = "xoxb-1") -> SlackBotIdentity:
    return SlackBotIdentity(FixedSecrets({"slack-bot-token": token}), api)


def test_the_workspace_and_the_scopes_are_told(slack: MockSlack) -> None:
    slack.grant_scopes(["chat:write", "commands"])

    assert identity(slack.serve()).seen() == SlackSeen("T1", ["chat:write", "commands"])


def test_a_token_without_scopes_has_none(slack: MockSlack) -> None:
    slack.grant_scopes([])

    assert identity(slack.serve()).seen() == SlackSeen("T1", [])


def test_a_token_that_slack_does_not_know_is_refused_and_not_shown(slack: MockSlack) -> None:
    with pytest.raises(PermanentError, match="invalid_auth") as caught:
        identity(slack.serve(), "xoxb-of-somebody-else").seen()

    assert "xoxb-of" not in str(caught.value)


def test_slack_being_down_or_away_may_pass(slack: MockSlack) -> None:
    slack.fail("auth.test", "internal_error", status=500)
    api = slack.serve()

    with pytest.raises(RetryableError):
        identity(api).seen()
    slack.close()
    with pytest.raises(RetryableError):
        identity(api).seen()


def test_without_a_token_slack_is_not_even_asked(slack: MockSlack) -> None:
    with pytest.raises(PermanentError, match="slack-bot-token"):
        identity(slack.serve(), "").seen()
