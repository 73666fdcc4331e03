"""What skills, looks and cards reach the outside world with, each part built when it is first needed."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shared.ports.alerts import Alerts
from shared.ports.deployment import Deployment
from shared.ports.github import Comments, Contents, GithubReader, PullRequests, Workflows
from shared.ports.groups import UserGroups
from shared.ports.modals import Modals
from shared.ports.secrets import Secrets
from shared.ports.slack import Replies, Wall
from shared.settings import Settings

if TYPE_CHECKING:
    from github import Github


@dataclass(frozen=True)
class Outside:
    """What skills, looks and cards reach the outside world with. Each part is built when it is first needed."""

    settings: Settings
    secrets: Secrets

    @property
    def deployment_url(self) -> str:
        """The template of a deployment's address."""
        return self.settings.deployment_url

    @cached_property
    def reader(self) -> GithubReader:
        """Reads pull requests and runs."""
        from shared.adapters.github_reader import GithubRestReader

        return GithubRestReader(self._github)

    @cached_property
    def pull_requests(self) -> PullRequests:
        """Opens pull requests."""
        from shared.adapters.github_pull_requests import GithubPullRequests

        return GithubPullRequests(self._github)

    @cached_property
    def contents(self) -> Contents:
        """Reads folders."""
        from shared.adapters.github_contents import GithubContents

        return GithubContents(self._github)

    @cached_property
    def comments(self) -> Comments:
        """Talks on pull requests."""
        from shared.adapters.github_comments import GithubComments

        bot = self.settings.github_bot_id
        return GithubComments(self._github, int(bot) if bot.isdecimal() else None)

    @cached_property
    def workflows(self) -> Workflows:
        """Dispatches runs."""
        from shared.adapters.github_workflows import GithubWorkflows

        return GithubWorkflows(self._github)

    @cached_property
    def deployment(self) -> Deployment:
        """Talks to Airflow."""
        from shared.adapters.airflow_api import AirflowDeployment

        return AirflowDeployment(self.secrets)

    @cached_property
    def channel(self) -> Wall:
        """Posts and updates cards."""
        from shared.adapters.slack import SlackCards

        return SlackCards(self.secrets, self.settings.slack_api)

    @cached_property
    def modals(self) -> Modals:
        """Fills modals."""
        from shared.adapters.slack_modals import SlackModals

        return SlackModals(self.secrets, self.settings.slack_api)

    @cached_property
    def replies(self) -> Replies:
        """Answers people."""
        from shared.adapters.slack import SlackReplies

        return SlackReplies(self.settings.slack_api)

    @cached_property
    def alerts(self) -> Alerts:
        """Reaches people who do not read the channel."""
        from shared.adapters.alert_lines import FileAlerts, LoggedAlerts

        topic = self.settings.alert_topic
        if topic.startswith("arn:"):
            from shared.adapters.sns import SnsAlerts, sns_client

            return SnsAlerts(sns_client(topic), topic)
        return FileAlerts(Path(topic.removeprefix("file:"))) if topic else LoggedAlerts()

    @cached_property
    def user_groups(self) -> UserGroups:
        """Reads who is in Slack's user groups."""
        from shared.adapters.slack_groups import SlackUserGroups

        return SlackUserGroups(self.secrets, self.settings.slack_api, self.settings.slack_team)

    @property
    def github_quota(self) -> int | None:
        """Calls to GitHub that are left, without asking it; None where it has answered nothing yet."""
        client = vars(self).get("_github")
        if client is None:  # nor need the adapter be there: a function that asks GitHub nothing comes without it
            return None
        from shared.adapters.github_client import quota_left

        return quota_left(client)

    @cached_property
    def _github(self) -> "Github":
        from shared.adapters.github_client import connect

        return connect(self.settings, self.secrets)
