"""`migrate doctor` looks at a deployment on a local AWS, with things broken on purpose: each is named, with how to mend it."""

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.emulator import free_port, start_ministack
from sandbox.github.registration import PERMISSIONS
from sandbox.github.server import MockGithub
from sandbox.github.world import WAYMARK
from sandbox.slack.server import MockSlack
from shared import names
from shared.adapters.dynamodb_client import dynamodb_client
from shared.adapters.dynamodb_tables import create_tables
from shared.adapters.sqs import SqsQueues, sqs_client
from shared.adapters.sqs_queues_setup import create_queues
from shared.app.doctor_aws import function_name, log_group, required_alarms
from shared.bootstrap import utc_now
from shared.domain.grants import SLACK_SCOPES
from shared.settings import PREFIX
from state_schema.stage import FOLDER
from tests.functional.command_line import migrate, no_traceback

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:000000000000:waymark-alerts"
TOKEN = "ghs_of_tests"
SECRETS = {
    names.GITHUB_WEBHOOK_SECRET: "0123456789abcdef0123456789abcdef",
    names.SLACK_SIGNING_SECRET: "fedcba9876543210fedcba9876543210",
    names.SLACK_BOT_TOKEN: "xoxb-0123456789-of-tests",
}
Json = dict[str, Any]


@dataclass
class Deployment:
    """A whole one, which is well; `root` has its stage's file."""

    root: Path
    github: MockGithub
    slack: MockSlack
    queues: SqsQueues

    def doctor(self, *words: str) -> tuple[int, Json]:
        result = migrate("doctor", "--stage", "trial", "--root", self.root, "--json", *words)
        assert no_traceback(result), result.output
        return result.exit_code, json.loads(result.stdout)

    def found(self, level: str) -> Mapping[str, str]:
        """What was said of that level, and how to mend it."""
        _, told = self.doctor()
        return {one["said"]: one["mend"] for one in told["findings"] if one["level"] == level}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One emulator for these tests alone: a deployment's names are fixed."""
    log = tmp_path_factory.mktemp("ministack") / "ministack.log"
    with (
        start_ministack(ROOT / ".venv-ministack", free_port(), log) as emulator,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in {
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            environment.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def secrets() -> Mapping[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return SECRETS | {names.GITHUB_APP_KEY: pem.decode()}


@pytest.fixture(scope="module")
def deployment(aws: None, secrets: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("doctor")
    github = MockGithub(
        folder / "github.db",
        webhook_url="",
        webhook_secret=secrets[names.GITHUB_WEBHOOK_SECRET],
        token=TOKEN,
        clock=utc_now,
    )
    slack = MockSlack(
        folder / "slack.db",
        team="T0ACME",
        bot_token=secrets[names.SLACK_BOT_TOKEN],
        signing_secret=secrets[names.SLACK_SIGNING_SECRET],
        clock=utc_now,
    )
    slack.grant_scopes([one.name for one in SLACK_SCOPES])
    stage = folder / FOLDER / "trial.toml"
    stage.parent.mkdir(parents=True)
    stage.write_text(
        f'name = "trial"\nregion = "{REGION}"\n[github]\napi = "{github.serve()}"\napp_id = "6001"\n'
        f'installation_id = "8001"\nbot_id = "{WAYMARK.id}"\n[slack]\nteam = "T0ACME"\napi = "{slack.serve()}"\n'
    )
    url = deploy(secrets)
    github.register(url=f"{url}/github/webhooks")
    yield Deployment(folder, github, slack, SqsQueues(sqs_client(), queue_prefix()))
    slack.close()
    github.close()


def queue_prefix() -> str:
    url = sqs_client().get_queue_url(QueueName="waymark-cards.fifo")["QueueUrl"]
    return url.removesuffix("cards.fifo")


def deploy(secrets: Mapping[str, str]) -> str:
    """What the stacks would make, by hand; the address of the API."""
    create_tables(dynamodb_client())
    for table in (names.STATE_TABLE, names.EFFECTS_TABLE):
        recover(table, on=True)
    create_queues(sqs_client(), name_prefix="waymark-")
    for name, text in secrets.items():
        boto3.client("secretsmanager").create_secret(Name=f"waymark/{name}", SecretString=text)
    topic = boto3.client("sns").create_topic(Name="waymark-alerts")["TopicArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:000000000000:pager")
    for alarm in required_alarms():
        put_alarm(alarm, topic)
    for function in names.FUNCTIONS:
        make_function(function)
    sweep_ran()
    api = boto3.client("apigatewayv2").create_api(Name="waymark", ProtocolType="HTTP")
    return str(api["ApiEndpoint"]).rstrip("/")


def recover(table: str, *, on: bool) -> None:
    dynamodb_client().update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )


def put_alarm(name: str, *actions: str) -> None:
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmActions=list(actions),
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )


def make_function(function: str, **variables: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return None\n")
    boto3.client("lambda").create_function(
        FunctionName=function_name(function),
        Runtime="python3.13",
        Architectures=["arm64"],
        Role="arn:aws:iam::000000000000:role/waymark",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {f"{PREFIX}ENGINE": "aws", **variables}},
    )


def sweep_ran() -> None:
    logs, group = boto3.client("logs"), log_group("sweep")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    now = round(time.time() * 1000)
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": now, "message": "swept"}])


def test_a_deployment_that_is_well_has_nothing_broken(deployment: Deployment) -> None:
    code, told = deployment.doctor()

    assert (code, told["broken"]) == (0, 0), [one for one in told["findings"] if one["level"] == "broken"]
    assert {one["check"] for one in told["findings"]} == {
        "secrets", "tables", "queues", "functions", "github", "slack", "alarms", "sweep", "clock",
    }  # fmt: skip


def test_people_see_a_table_and_never_a_secret(deployment: Deployment, secrets: Mapping[str, str]) -> None:
    result = migrate("doctor", "--stage", "trial", "--root", deployment.root, COLUMNS="100")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "broken" not in result.stdout
    assert "slack-bot-token is there and looks like one." in result.stdout
    assert [name for name, text in secrets.items() if text[:40] in result.output] == []


def test_what_is_broken_on_purpose_is_found_and_each_has_a_way_to_be_mended(deployment: Deployment) -> None:
    vault, alarm = boto3.client("secretsmanager"), f"{function_name('sweep')}-errors"
    dead = names.dead_letter_queue(names.SIGNALS)
    vault.put_secret_value(SecretId=f"waymark/{names.SLACK_SIGNING_SECRET}", SecretString="not it")
    vault.delete_secret(SecretId=f"waymark/{names.GITHUB_WEBHOOK_SECRET}", ForceDeleteWithoutRecovery=True)
    put_alarm(alarm)
    sqs_client().send_message(
        QueueUrl=f"{queue_prefix()}{dead}.fifo", MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="d"
    )
    recover(names.STATE_TABLE, on=False)
    boto3.client("lambda").delete_function(FunctionName=function_name("batch"))
    deployment.github.register(permissions=PERMISSIONS | {"checks": "none"}, events=["pull_request"])
    deployment.slack.grant_scopes(["commands", "chat:write"])
    try:
        found = deployment.found("broken")
        code, _ = deployment.doctor()
    finally:
        vault.put_secret_value(
            SecretId=f"waymark/{names.SLACK_SIGNING_SECRET}", SecretString=SECRETS[names.SLACK_SIGNING_SECRET]
        )
        vault.create_secret(
            Name=f"waymark/{names.GITHUB_WEBHOOK_SECRET}", SecretString=SECRETS[names.GITHUB_WEBHOOK_SECRET]
        )
        put_alarm(alarm, TOPIC)
        sqs_client().purge_queue(QueueUrl=f"{queue_prefix()}{dead}.fifo")
        recover(names.STATE_TABLE, on=True)
        make_function("batch")
        deployment.github.register(permissions=PERMISSIONS, events=list(deployment_events()))
        deployment.slack.grant_scopes([one.name for one in SLACK_SCOPES])

    assert code == 1
    assert [said for said, mend in found.items() if not mend] == []
    said = "\n".join(found)
    for expected in (
        "github-webhook-secret cannot be read",
        "slack-signing-secret is not 32 hexadecimal digits.",
        "The table waymark-state has no point-in-time recovery",
        "1 dead letters wait in signals-dead",
        "There is no function waymark-batch.",
        "The App lacks permissions: checks: read.",
        "The App does not hear of: pull_request_review, workflow_run, issue_comment.",
        "The app lacks scopes: channels:history, groups:history, usergroups:read.",
        f"Alarms that tell nobody: {alarm}.",
    ):
        assert expected in said
    assert "not it" not in said
    assert deployment.doctor()[0] == 0


def deployment_events() -> tuple[str, ...]:
    from sandbox.github.registration import EVENTS

    return EVENTS


def test_webhooks_that_did_not_arrive_are_told_and_sent_again_once_asked(deployment: Deployment) -> None:
    github = deployment.github
    github.webhook_url = f"http://127.0.0.1:{free_port()}/nobody"
    github.create_repository("acme/dags", {"README.md": "# Tests\n"})
    github.push("acme/dags", "main", {"README.md": "# More\n"})
    github.deliver_pending()
    before = len(github.deliveries())

    code, told = deployment.doctor()
    again, healed = deployment.doctor("--redeliver")

    assert (code, again) == (1, 1)
    assert [one["said"] for one in told["findings"] if "did not arrive" in one["said"]] == [
        f"{before} webhooks did not arrive; of the last, push, the door did not answer."
    ]
    assert f"Asked GitHub to deliver {before} webhooks again." in [one["said"] for one in healed["findings"]]
    queued = github.deliveries()[before:]
    assert [one["redelivery"] for one in queued] == [True] * before
    assert {one["guid"] for one in queued} == {one["guid"] for one in github.deliveries()[:before]}


def test_where_aws_cannot_be_reached_it_says_so_and_looks_at_nothing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")

    result = migrate("doctor", "--stage", "trial", "--root", deployment.root)

    assert (result.exit_code, no_traceback(result)) == (3, True)
    assert "AWS was not reached" in result.stderr


def test_with_the_credentials_of_another_account_nothing_is_looked_at(deployment: Deployment, tmp_path: Path) -> None:
    text = (deployment.root / FOLDER / "trial.toml").read_text()
    other = tmp_path / FOLDER / "trial.toml"
    other.parent.mkdir(parents=True)
    other.write_text(f'account = "111122223333"\n{text}')

    result = migrate("doctor", "--stage", "trial", "--root", tmp_path)

    assert result.exit_code == 2
    assert "the stage trial is in 111122223333: set AWS_PROFILE" in result.stderr


@pytest.mark.parametrize("stage", ["nowhere", "../../trial", ""])
def test_a_stage_that_there_is_not_is_wrong_input(tmp_path: Path, stage: str) -> None:
    result = migrate("doctor", "--stage", stage, "--root", tmp_path)

    assert (result.exit_code, no_traceback(result)) == (2, True)
