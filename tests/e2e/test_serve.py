"""The persistent service on a local AWS: signed deliveries in, killed and started again, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from sandbox.fresh import apply_campaign, fill_github
from sandbox.github.server import MockGithub
from sandbox.github.world import WAYMARK
from sandbox.slack.server import MockSlack
from sandbox.web import COMMANDS, GITHUB, INTERACTIONS
from shared import names
from shared.adapters.dynamodb_client import dynamodb_client
from shared.adapters.dynamodb_tables import create_tables
from shared.adapters.sqs import sqs_client
from shared.adapters.sqs_queues_setup import create_queues
from shared.bootstrap import utc_now
from shared.engines import Engine, aws_engine
from shared.settings import Settings
from tests.stories import the_campaign, the_plan

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
EMAIL = "airflow-3/email.notifications"
TEAM, CHANNEL = "T0ACME", "C0MIGRATE"
SECRETS = {
    names.GITHUB_WEBHOOK_SECRET: "a webhook secret of tests",
    names.GITHUB_TOKEN: "ghs_of_tests",
    names.SLACK_SIGNING_SECRET: "a signing secret of tests",
    names.SLACK_BOT_TOKEN: "xoxb-of-tests",
}
TOKEN = "0123456789abcdef" * 4
Json = dict[str, Any]


@dataclass
class Deployment:
    """Tables, queues and secrets in the emulator, GitHub and Slack beside it, and the processes that were started."""

    environ: dict[str, str]
    engine: Engine
    github: MockGithub
    slack: MockSlack
    token_file: Path
    started: list["subprocess.Popen[str]"] = field(default_factory=list)
    ready: Json = field(default_factory=dict)

    def serve(self) -> "subprocess.Popen[str]":
        words = ["serve", "--port", "0", "--json", "--token-file", str(self.token_file)]
        command = [sys.executable, "-m", "cli.main", *words]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, text=True)
        self.started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"it ended with code {process.wait(20)}"
        self.ready = json.loads(line)
        url = self.ready["url"]
        self.github.webhook_url = url + GITHUB
        self.slack.commands_url, self.slack.interactions_url = url + COMMANDS, url + INTERACTIONS
        return process

    def wait_for(self, status: str, track: str = "shared") -> None:
        """Until the track is there; AssertionError where it hangs."""
        end = time.monotonic() + 180
        while (now := self.status_of(track)) != status:
            assert time.monotonic() < end, f"{track} is {now}"
            time.sleep(0.1)

    def status_of(self, track: str) -> str:
        found = self.engine.migrations.load(EMAIL).view.state.tracks.get(track)
        return found.status if found else "not begun"


@pytest.fixture
def deployment(ministack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    found = {
        "AWS_ENDPOINT_URL": ministack,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    own = f"serve-{uuid.uuid4().hex[:8]}"
    state, effects = f"{own}-state", f"{own}-effects"
    create_tables(dynamodb_client(), state=state, effects=effects)
    prefix = create_queues(sqs_client(), name_prefix=f"{own}-", visibility=5)
    for name, value in SECRETS.items():
        boto3.client("secretsmanager").create_secret(Name=f"{own}/{name}", SecretString=value)
    github = MockGithub(
        tmp_path / "github.db",
        webhook_url="",
        webhook_secret=SECRETS[names.GITHUB_WEBHOOK_SECRET],
        token=SECRETS[names.GITHUB_TOKEN],
        clock=utc_now,
    )
    slack = MockSlack(
        tmp_path / "slack.db",
        team=TEAM,
        bot_token=SECRETS[names.SLACK_BOT_TOKEN],
        signing_secret=SECRETS[names.SLACK_SIGNING_SECRET],
        clock=utc_now,
    )
    settings = {
        "engine": "aws",
        "queue_url_prefix": prefix,
        "state_table": state,
        "effects_table": effects,
        "secrets_prefix": f"{own}/",
        "github_api": github.serve(deliver_every=0.05),
        "github_bot_id": str(WAYMARK.id),
        "slack_api": slack.serve(),
        "slack_team": TEAM,
        "slack_pace": "0",
    }
    environ = {**os.environ, **{f"WAYMARK_{key.upper()}": value for key, value in settings.items()}}
    engine = aws_engine(Settings.from_environment(environ), utc_now)
    campaign = the_campaign()
    fill_github(github, [resource.id for resource in campaign.resources])
    apply_campaign(engine, the_plan(), campaign, utc_now())
    token_file = tmp_path / "token"
    token_file.touch(mode=0o600)
    token_file.write_text(TOKEN)
    made = Deployment(environ, engine, github, slack, token_file)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
    slack.close()
    github.close()


def merge(deployment: Deployment) -> None:
    (pull,) = [pull for pull in deployment.github.pull_requests() if pull["state"] == "open"]
    deployment.github.merge("acme/dags", pull["number"])


def test_a_service_that_is_killed_goes_on_where_it_was_and_one_that_is_stopped_ends_well(
    deployment: Deployment,
) -> None:
    first = deployment.serve()
    typed = deployment.slack.command("start email.notifications", CHANNEL, "U_OPERATOR")
    first.kill()
    first.wait()
    assert typed.status == 200

    second = deployment.serve()
    deployment.wait_for("awaiting_human")
    second.kill()
    second.wait()
    merge(deployment)

    third = deployment.serve()
    deployment.wait_for("completed")
    assert [pull["state"] for pull in deployment.github.pull_requests() if pull["repository"] == "acme/dags"] == [
        "merged"
    ]

    status = requests.get(
        f"{deployment.ready['url']}/campaigns", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    )
    assert (status.status_code, requests.get(f"{deployment.ready['url']}/campaigns", timeout=10).status_code) == (
        200,
        401,
    )

    third.send_signal(signal.SIGTERM)
    assert third.wait(30) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{deployment.ready['url']}/healthz", timeout=5)


def test_without_a_secret_it_does_not_start_and_names_it(deployment: Deployment) -> None:
    environ = deployment.environ | {"WAYMARK_SECRETS_PREFIX": "nowhere/"}

    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "serve", "--port", "0"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert "The secret github-webhook-secret is absent or unreadable." in ended.stderr
