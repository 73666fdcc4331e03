"""One world in one data file: the engine, the mock services beside it, and the deployed routes, all on 127.0.0.1."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.clock import Clock
from sandbox.deployment.server import MockAirflow
from sandbox.github.server import MockGithub
from sandbox.github.world import WAYMARK
from sandbox.keeping import Kept, only_one
from sandbox.real_github import PREFIX, PartlyReal, Repository
from sandbox.reclaiming import reclaim
from sandbox.serving import Server
from sandbox.slack.server import MockSlack
from sandbox.web import COMMANDS, GITHUB, INTERACTIONS, Web
from shared import bootstrap, bootstrap_doors, names
from shared.adapters.secrets import FixedSecrets
from shared.adapters.slack_modals import SlackModals
from shared.engines import Engine
from shared.settings import Settings

TEAM: Final = "T0ACME"
OPERATOR: Final = "U_OPERATOR"
APPROVER: Final = "U_APPROVER"
_DEPLOYMENT: Final = "/{resource.id}/{environment.name}"


@dataclass(frozen=True, slots=True)
class World:
    """What acts and looks in it need. `url` serves the deployed routes."""

    data: Path
    clock: Clock
    url: str
    settings: Settings
    secrets: FixedSecrets
    engine: Engine
    github: MockGithub
    slack: MockSlack
    airflow: MockAirflow
    repository: Repository | None = None
    """Where pull requests are opened on GitHub itself; None: in the mock one."""


@contextmanager
def open_world(
    data: Path,
    clock: Clock,
    *,
    port: int = 0,
    deliver_every: float | None = None,
    aws: Settings | None = None,
    repository: Repository | None = None,
    pace: float = 1.0,
) -> Iterator[World]:
    """The world of `data`, new or as it was left, until the block ends; all functions of this process use it meanwhile.

    `deliver_every` (seconds): webhooks go out by themselves. `aws`: settings of an emulated AWS that is used instead of
    the embedded engine. `repository`: where pull requests are opened instead of in the mock GitHub. `pace`: seconds between
    two messages in Slack. WorldInUseError where another process has it; OSError where `port` is taken.
    """
    with ExitStack() as stack:
        stack.enter_context(only_one(data))
        kept = Kept(_beside(data, "world.json"))
        secrets = FixedSecrets(kept.secrets)
        github, slack, airflow = _mocks(data, secrets, clock, stack)
        settings = Settings(
            engine="aws" if aws else "embedded",
            data=str(data),
            queue_url_prefix=aws.queue_url_prefix if aws else "",
            github_api=_serve(kept, "github", lambda at: github.serve(at, deliver_every=deliver_every)),
            github_bot_id=str(WAYMARK.id),
            slack_api=_serve(kept, "slack", slack.serve),
            slack_team=TEAM,
            slack_pace=pace,
            deployment_url=_serve(kept, "airflow", airflow.serve) + _DEPLOYMENT,
            title_prefix=PREFIX if repository else "",
            alert_topic=f"file:{alerts_beside(data)}",
        )
        if aws is None:
            reclaim(data, clock.now)
        engine = _compose(_composition(settings, secrets, clock, repository), stack)
        web = stack.enter_context(_web(kept, port, Web(clock.now)))
        github.webhook_url = web.url + GITHUB
        slack.commands_url, slack.interactions_url = web.url + COMMANDS, web.url + INTERACTIONS
        yield World(data, clock, web.url, settings, secrets, engine, github, slack, airflow, repository)


def _mocks(
    data: Path, secrets: FixedSecrets, clock: Clock, stack: ExitStack
) -> tuple[MockGithub, MockSlack, MockAirflow]:
    github = MockGithub(
        _beside(data, "github.db"),
        webhook_url="",
        webhook_secret=secrets.get(names.GITHUB_WEBHOOK_SECRET),
        token=secrets.get(names.GITHUB_TOKEN),
        clock=clock.now,
    )
    stack.callback(github.close)
    slack = MockSlack(
        _beside(data, "slack.db"),
        team=TEAM,
        bot_token=secrets.get(names.SLACK_BOT_TOKEN),
        signing_secret=secrets.get(names.SLACK_SIGNING_SECRET),
        clock=clock.now,
    )
    stack.callback(slack.close)
    airflow = MockAirflow(_beside(data, "airflow.db"), clock.now)
    stack.callback(airflow.close)
    return github, slack, airflow


def _composition(
    settings: Settings, secrets: FixedSecrets, clock: Clock, repository: Repository | None
) -> bootstrap.Composition:
    jitter = random.Random(0).random  # noqa: S311 - it spreads retries
    if repository is None:
        return bootstrap.Composition(settings, secrets, clock.now, jitter)
    return PartlyReal(settings, secrets, clock.now, jitter, repository)


def _compose(composition: bootstrap.Composition, stack: ExitStack) -> Engine:
    engine = composition.engine
    stack.callback(bootstrap.use, None)
    stack.callback(bootstrap_doors.use, None)
    bootstrap.use(composition)
    modals = SlackModals(composition.secrets, composition.settings.slack_api)
    doors = bootstrap_doors.Doors(engine.outbox, composition.secrets, composition.clock, modals, TEAM, WAYMARK.id)
    bootstrap_doors.use(doors)
    return engine


def _web(kept: Kept, port: int, app: Web) -> Server:
    """On `port`; on the one of the last time, or any free one, where none is asked for."""
    if port:
        return Server(app, port)
    found: list[Server] = []

    def serve(at: int) -> str:
        found.append(Server(app, at))
        return found[-1].url

    _serve(kept, "web", serve)
    return found[-1]


def _serve(kept: Kept, name: str, serve: Callable[[int], str]) -> str:
    """Its address: the port of the last time, so that links in old messages still work, or any free one."""
    try:
        url = serve(kept.port(name))
    except OSError:
        url = serve(0)
    kept.keep_port(name, int(url.split(":")[2].split("/")[0]))
    return url


def alerts_beside(data: Path) -> Path:
    """The file that stands for the topic for alerts: whoever reads it is reached."""
    return _beside(data, "alerts.jsonl")


def _beside(data: Path, name: str) -> Path:
    return data.with_name(f"{data.name}.{name}")
