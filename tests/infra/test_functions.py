"""What is deployed for each function: its code, size, environment, log, trace, and the queues it takes messages from."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from infra_cdk.app import build
from infra_cdk.arns import Arns
from infra_cdk.consumers import CONSUMERS
from infra_cdk.deployed import MissingBundleError
from infra_cdk.environment import environment_of
from infra_cdk.stage_file import read_stage
from sandbox.runtime import BATCH, HANDLERS
from shared import names
from shared.settings import Settings
from tests.infra.conftest import Synthesised, plain

ACCOUNT = "111122223333"
EVERYWHERE = {"WAYMARK_ENGINE", "WAYMARK_QUEUE_URL_PREFIX"}
LOGS = {"POWERTOOLS_LOG_LEVEL"}
GITHUB = {"WAYMARK_GITHUB_API", "WAYMARK_GITHUB_APP_ID", "WAYMARK_GITHUB_INSTALLATION_ID"}
SLACK = {"WAYMARK_SLACK_API", "WAYMARK_SLACK_TEAM"}
SKILL = {"WAYMARK_SKILL_TIMEOUT"}
TOLD = {
    "github_webhook": {"WAYMARK_GITHUB_BOT_ID"},
    "slack": SLACK,
    "status": LOGS,
    "commands": LOGS,
    "advance": LOGS,
    "batch": LOGS,
    "observe": LOGS | GITHUB,
    "park": LOGS,
    "post_checkpoint": LOGS | SLACK | {"WAYMARK_SLACK_PACE", "WAYMARK_ALERT_TOPIC"},
    "post_comment": LOGS | GITHUB | {"WAYMARK_GITHUB_BOT_ID"},
    "sweep": LOGS | SLACK,
    "open_pull_request": LOGS | SKILL | GITHUB,
    "rewrite_dags": LOGS | SKILL | GITHUB,
    "run_workflow": LOGS | SKILL | GITHUB,
    "list_items": LOGS | SKILL | {"WAYMARK_DEPLOYMENT_URL"},
    "migrate_items": LOGS | SKILL | {"WAYMARK_DEPLOYMENT_URL"},
    "verify": LOGS | SKILL | {"WAYMARK_DEPLOYMENT_URL"},
}
"""Production has no `title_prefix`: that is for trials."""


def environment(function: str, synthesised: Synthesised) -> dict[str, str]:
    variables = synthesised.function(function)["Environment"]["Variables"]
    real = {"${AWS::AccountId}": ACCOUNT, "${AWS::Partition}": "aws", "${AWS::URLSuffix}": "amazonaws.com"}
    told = {name: plain(value) for name, value in variables.items()}
    for reference, value in real.items():
        told = {name: text.replace(reference, value) for name, text in told.items()}
    return told


def mappings(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    """By the queue's name; a queue that two functions take from would fail here."""
    found = [one["Properties"] for one in synthesised.of_type("AWS::Lambda::EventSourceMapping").values()]
    by_queue = {plain(one["EventSourceArn"]).rpartition(":waymark-")[2]: one for one in found}
    assert len(by_queue) == len(found)
    return by_queue


def function_behind(mapping: dict[str, Any], synthesised: Synthesised) -> dict[str, Any]:
    properties: dict[str, Any] = synthesised.of_type("AWS::Lambda::Function")[mapping["FunctionName"]["Ref"]][
        "Properties"
    ]
    return properties


def test_every_function_is_deployed_and_no_other(production: Synthesised) -> None:
    found = production.by("AWS::Lambda::Function", "FunctionName")

    assert sorted(found) == sorted(f"waymark-{function.replace('_', '-')}" for function in names.FUNCTIONS)
    for function in names.FUNCTIONS:
        assert production.function(function)["Handler"] == f"{names.handler_module(function)}.handler"
        assert production.function(function)["Runtime"] == "python3.13"
        assert production.function(function)["Architectures"] == ["arm64"]


def test_no_concurrency_is_reserved(production: Synthesised) -> None:
    for function in production.by("AWS::Lambda::Function", "FunctionName").values():
        assert "ReservedConcurrentExecutions" not in function


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_a_function_is_told_what_it_uses_and_no_more(function: str, production: Synthesised) -> None:
    assert set(environment(function, production)) == EVERYWHERE | TOLD[function]


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_a_function_can_read_the_settings_it_is_given(function: str, production: Synthesised) -> None:
    settings = Settings.from_environment(environment(function, production))

    assert settings.engine == "aws"
    assert settings.queue_url_prefix == f"https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/waymark-"
    assert settings.alert_topic in {"", f"arn:aws:sns:eu-central-1:{ACCOUNT}:waymark-alerts"}


def test_a_skill_that_proposes_says_that_it_is_a_trial_where_the_stage_does() -> None:
    trial = read_stage("example").model_copy(update={"title_prefix": "[TRIAL] "})
    told = environment_of("rewrite_dags", trial, Arns(Stack(), "arn:aws:kms:eu-central-1:111122223333:key/1"))

    assert told["WAYMARK_TITLE_PREFIX"] == "[TRIAL] "


def test_no_environment_holds_a_secret(production: Synthesised) -> None:
    for function in names.FUNCTIONS:
        told = environment(function, production)
        assert not {f"WAYMARK_{secret.upper().replace('-', '_')}" for secret in names.SECRETS} & set(told)


def test_a_log_is_kept_for_as_long_as_the_stage_says(production: Synthesised) -> None:
    found = production.by("AWS::Logs::LogGroup", "LogGroupName")

    assert {one["RetentionInDays"] for one in found.values()} == {90}
    for function in names.FUNCTIONS:
        group = production.function(function)["LoggingConfig"]["LogGroup"]["Ref"]
        name = production.of_type("AWS::Logs::LogGroup")[group]["Properties"]["LogGroupName"]
        assert name == f"/aws/lambda/waymark-{function.replace('_', '-')}"


def test_traces_begin_behind_the_doors(production: Synthesised) -> None:
    for function in names.FUNCTIONS:
        traced = production.function(function).get("TracingConfig", {}).get("Mode") == "Active"
        assert traced == (function not in names.DOORS)


def test_every_queue_is_consumed_by_exactly_one_function_as_in_the_sandbox(production: Synthesised) -> None:
    found = mappings(production)

    assert sorted(found) == sorted(map(names.queue_file_name, HANDLERS))
    for queue, handler in HANDLERS.items():
        mapping = found[names.queue_file_name(queue)]
        assert function_behind(mapping, production)["Handler"] == f"{handler.__module__}.handler"
        assert mapping["BatchSize"] == BATCH.get(queue, 1)
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("stage", ["production", "local"])
def test_a_message_stays_hidden_for_longer_than_its_function_runs(stage: str, request: pytest.FixtureRequest) -> None:
    synthesised: Synthesised = request.getfixturevalue(stage)
    queues = synthesised.by("AWS::SQS::Queue", "QueueName")

    for queue, mapping in mappings(synthesised).items():
        hidden = queues[f"waymark-{queue}"]["VisibilityTimeout"]
        assert hidden > function_behind(mapping, synthesised)["Timeout"], queue


def test_a_card_is_tried_for_two_days(production: Synthesised) -> None:
    cards = production.by("AWS::SQS::Queue", "QueueName")["waymark-cards.fifo"]

    assert cards["VisibilityTimeout"] * cards["RedrivePolicy"]["maxReceiveCount"] >= 2 * 24 * 3600


def test_only_the_skills_that_the_stage_names_run_a_limited_number_at_once(production: Synthesised) -> None:
    limits = {queue: one["ScalingConfig"] for queue, one in mappings(production).items() if "ScalingConfig" in one}

    assert limits == {"skill-run-workflow": {"MaximumConcurrency": 2}}


def test_the_sweep_runs_each_minute_and_is_not_repeated(production: Synthesised) -> None:
    rules = production.of_type("AWS::Events::Rule").values()
    (sweep,) = (one["Properties"] for one in rules if one["Properties"]["ScheduleExpression"] == "rate(1 minute)")
    (target,) = sweep["Targets"]
    function = production.of_type("AWS::Lambda::Function")[target["Arn"]["Fn::GetAtt"][0]]

    assert function["Properties"]["FunctionName"] == "waymark-sweep"
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0


def test_a_batch_tells_its_campaign_and_the_time_that_it_is_due_at(production: Synthesised) -> None:
    rules = production.of_type("AWS::Events::Rule").values()
    (batch,) = (one["Properties"] for one in rules if one["Properties"]["ScheduleExpression"] == "rate(15 minutes)")
    (target,) = batch["Targets"]

    assert target["InputTransformer"] == {
        "InputPathsMap": {"time": "$.time"},
        "InputTemplate": '{"campaign":"airflow-3","time":<time>}',
    }


def test_every_queue_has_a_consumer() -> None:
    assert set(CONSUMERS) == {*names.QUEUES, *names.DEAD_LETTER_QUEUES}


def test_a_missing_bundle_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingBundleError, match="advance.*make bundles STAGE=example"):
        build(read_stage("example"), tmp_path)
