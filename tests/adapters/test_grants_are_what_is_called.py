"""The permissions and scopes that `migrate init` asks for are what the adapters need: no call without one, none for nothing."""

from pathlib import Path

import pytest
import requests

from sandbox.github.app import Recorded
from sandbox.slack import web_api
from sandbox.slack.server import MockSlack
from shared.adapters.github_comments import GithubComments
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack import SlackCards
from shared.adapters.slack_groups import SlackUserGroups
from shared.adapters.slack_modals import SlackModals
from shared.domain.grants import SLACK_FREE, SLACK_SCOPES
from shared.errors import PermanentError
from shared.ports.slack import SlackRefusesError
from tests.adapters.github_grants import GRANTED, granted_call, ungranted
from tests.adapters.github_world import a_github_world
from tests.adapters.test_mock_github_is_like_github import live_through_it

SCOPES = [one.name for one in SLACK_SCOPES]
SECRETS = FixedSecrets({"slack-bot-token": "xoxb-1"})


def test_every_call_to_github_is_one_that_a_permission_is_asked_for_and_each_of_those_is_made(tmp_path: Path) -> None:
    with a_github_world(tmp_path) as world:
        live_through_it(world)
        comments = GithubComments(world.client, None)
        comments.post(world.repository_id, 1, "Hm")
        comments.find(world.repository_id, 1, "Hm", 0)

        calls = {granted_call(call) for call in world.recorded()}

    assert calls == set(GRANTED)


def test_a_call_that_no_permission_is_asked_for_is_seen() -> None:
    headers = {"User-Agent": "waymark"}
    new = Recorded("DELETE", "/repos/acme/dags/git/refs/heads/x", {}, headers, "", 204, "")
    other = Recorded("DELETE", "/repos/acme/dags", {}, {"User-Agent": "curl"}, "", 204, "")

    assert ungranted([new, other]) == ["DELETE /repos/acme/dags/git/refs/heads/x"]


def use_everything(slack: MockSlack, api: str) -> None:
    """Each method of the Web API that an adapter calls."""
    cards = SlackCards(SECRETS, api)
    ts = cards.post("C1", "card", "text", [])
    cards.update("C1", ts, "text", [])
    cards.post_in_thread("C1", ts, "key", "text")
    cards.find("C1", "card")
    cards.find_in_thread("C1", ts, "key")
    cards.permalink("C1", ts)
    slack.set_user_group("S0LEADS", [])
    SlackUserGroups(SECRETS, api, "T1").members("slack-group:T1/S0LEADS")
    with pytest.raises(PermanentError):
        SlackModals(SECRETS, api).open("1.2.3", {})


def test_slack_lets_everything_pass_with_the_scopes_that_are_asked_for(slack: MockSlack) -> None:
    slack.grant_scopes(SCOPES)

    use_everything(slack, slack.serve())


@pytest.mark.parametrize(
    "scope", [one for one in SCOPES if one not in {"commands", "channels:history", "groups:history"}]
)
def test_without_any_of_them_slack_refuses_something(slack: MockSlack, scope: str) -> None:
    slack.grant_scopes([one for one in SCOPES if one != scope])

    with pytest.raises((SlackRefusesError, PermanentError), match="missing_scope"):
        use_everything(slack, slack.serve())


def test_no_channel_can_be_searched_without_the_scope_of_its_kind(slack: MockSlack) -> None:
    slack.grant_scopes(["chat:write", "usergroups:read"])

    with pytest.raises(SlackRefusesError, match="missing_scope"):
        use_everything(slack, slack.serve())


def test_the_mock_demands_for_each_method_what_our_table_says() -> None:
    ours = {
        method: {one.name for one in SLACK_SCOPES if method in one.methods}
        for one in SLACK_SCOPES
        for method in one.methods
    }

    assert {method: set(web_api.NEEDED[method]) for method in ours} == ours
    assert not set(web_api.NEEDED) & set(SLACK_FREE)


def test_slack_says_with_each_answer_what_the_token_may_do(slack: MockSlack) -> None:
    slack.grant_scopes(["chat:write", "commands"])

    answer = requests.post(f"{slack.serve()}auth.test", headers={"Authorization": "Bearer xoxb-1"}, timeout=5)

    assert (answer.headers["X-OAuth-Scopes"], answer.json()["team_id"]) == ("chat:write,commands", "T1")
