"""The world outside the deployment: a mock GitHub, Slack and Airflow over real HTTP, and the secrets that it shares with us."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from sandbox.clock import RealClock
from sandbox.deployment.server import MockAirflow
from sandbox.fresh import fill_github
from sandbox.github.server import MockGithub
from sandbox.github.world import WAYMARK
from sandbox.slack.server import MockSlack
from sandbox.world import TEAM
from shared import names
from state_schema.stage import FOLDER, Stage
from tests.e2e.certificate import as_pem, new_key

ROOT: Final = Path(__file__).parents[2]
RESOURCES: Final = (
    "email.notifications",
    "billing.reports",
    "shown.cluster",
    "stuck.cluster",
    "upgraded.cluster",
)
_DELIVER_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Outside:
    """The services and their addresses. Only GitHub acts by itself: it sends its webhooks."""

    folder: Path
    github: MockGithub
    slack: MockSlack
    airflow: MockAirflow
    github_api: str
    slack_api: str
    airflow_url: str
    secrets: Mapping[str, str]

    def stage(self) -> Stage:
        """The stage `local`, pointed at these services. Slack's pace is for Slack's sake, and this one takes anything."""
        committed = Stage.from_toml((ROOT / FOLDER / "local.toml").read_text())
        document = committed.model_dump(mode="json")
        document["github"] |= {"api": self.github_api, "bot_id": str(WAYMARK.id)}
        document["slack"] |= {"api": self.slack_api, "team": TEAM, "pace": 0}
        # An order may be sent more than once: on a small machine, five processes that start for it are three too many.
        document["concurrency"] = dict.fromkeys(names.SKILL_NAMES, 2)
        document["deployment_url"] = self.airflow_url + "/{resource.id}/{environment.name}"
        return Stage.model_validate(document)

    def call(self, api: str) -> None:
        """From now on webhooks, clicks and commands go to this deployment."""
        self.slack.commands_url, self.slack.interactions_url = f"{api}/slack/commands", f"{api}/slack/interactions"
        self.github.webhook_url = f"{api}/github/webhooks"


@contextmanager
def open_outside(folder: Path) -> Iterator[Outside]:
    """A new world in `folder`, with the example repositories, until the block ends."""
    secrets = {
        names.GITHUB_WEBHOOK_SECRET: token_hex(20),
        names.GITHUB_TOKEN: f"ghs_{token_hex(18)}",
        names.GITHUB_APP_KEY: as_pem(new_key()),
        names.SLACK_SIGNING_SECRET: token_hex(20),
        names.SLACK_BOT_TOKEN: f"xoxb-{token_hex(12)}",
        names.DEPLOYMENT_TOKEN: token_hex(20),
    }
    clock = RealClock()
    github = MockGithub(
        folder / "github.db",
        webhook_url="",
        webhook_secret=secrets[names.GITHUB_WEBHOOK_SECRET],
        token=secrets[names.GITHUB_TOKEN],
        clock=clock.now,
    )
    slack = MockSlack(
        folder / "slack.db",
        team=TEAM,
        bot_token=secrets[names.SLACK_BOT_TOKEN],
        signing_secret=secrets[names.SLACK_SIGNING_SECRET],
        clock=clock.now,
    )
    airflow = MockAirflow(folder / "airflow.db", clock.now)
    with ExitStack() as stack:
        for service in (github, slack, airflow):
            stack.callback(service.close)
        fill_github(github, RESOURCES)
        addresses = github.serve(deliver_every=_DELIVER_EVERY), slack.serve(), airflow.serve()
        yield Outside(folder, github, slack, airflow, *addresses, secrets)
