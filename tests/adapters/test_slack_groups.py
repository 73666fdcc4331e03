"""SlackUserGroups against the mock Slack over HTTP."""

import pytest

from sandbox.slack.server import MockSlack
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack_groups import SlackUserGroups
from shared.errors import PermanentError, RetryableError

LEADS = "slack-group:T1/S0LEADS"


@pytest.fixture
def groups(slack: MockSlack) -> SlackUserGroups:
    return SlackUserGroups(FixedSecrets({"slack-bot-token": "xoxb-1"}), slack.serve(), "T1")


def test_the_members_are_people_of_our_workspace(slack: MockSlack, groups: SlackUserGroups) -> None:
    slack.set_user_group("S0LEADS", ["U_LEAD", "U_OTHER"])

    assert groups.members(LEADS) == ("slack:T1/U_LEAD", "slack:T1/U_OTHER")


def test_a_group_may_be_empty(slack: MockSlack, groups: SlackUserGroups) -> None:
    slack.set_user_group("S0LEADS", [])

    assert groups.members(LEADS) == ()


def test_a_group_that_there_is_not_is_refused(groups: SlackUserGroups) -> None:
    with pytest.raises(PermanentError, match="no_such_subteam"):
        groups.members(LEADS)


@pytest.mark.parametrize("team", ["T1", ""])
def test_a_group_of_another_workspace_is_not_even_asked_for(slack: MockSlack, team: str) -> None:
    slack.set_user_group("S0LEADS", ["U_LEAD"])
    groups = SlackUserGroups(FixedSecrets({"slack-bot-token": "xoxb-1"}), slack.serve(), team)

    with pytest.raises(PermanentError, match="another workspace"):
        groups.members("slack-group:T2/S0LEADS")


@pytest.mark.parametrize(("error", "status"), [("ratelimited", 429), ("internal_error", 500)])
def test_trouble_that_passes_is_retryable(slack: MockSlack, groups: SlackUserGroups, error: str, status: int) -> None:
    slack.fail("usergroups.users.list", error, status=status, retry_after=3)

    with pytest.raises(RetryableError):
        groups.members(LEADS)


def test_what_cannot_be_reached_is_retryable() -> None:
    groups = SlackUserGroups(FixedSecrets({"slack-bot-token": "xoxb-1"}), "http://127.0.0.1:9/api/", "T1")

    with pytest.raises(RetryableError, match="could not be reached"):
        groups.members(LEADS)


def test_a_missing_scope_says_what_to_do(slack: MockSlack, groups: SlackUserGroups) -> None:
    slack.fail("usergroups.users.list", "missing_scope")

    with pytest.raises(PermanentError, match="usergroups:read"):
        groups.members(LEADS)


def test_a_group_too_large_for_the_store_is_refused(slack: MockSlack, groups: SlackUserGroups) -> None:
    slack.set_user_group("S0LEADS", [f"U{number}" for number in range(5001)])

    with pytest.raises(PermanentError, match="5,001 members"):
        groups.members(LEADS)
