"""Alarms: each thing that can go wrong unseen has one, it looks at a metric that somebody writes, and it reaches people."""

import json
import re
from pathlib import Path
from typing import Any

from infra_cdk.alarms import COUNTED
from infra_cdk.metrics import ALERT_LINES
from shared import names
from shared.adapters.batch import FAILING
from shared.errors import NO_SECRET, SETTINGS, UNREADABLE, PermanentError
from shared.observability import alert_of, door_logger, metric_document
from tests.infra.conftest import Synthesised, plain

ALERTS = "arn:${AWS::Partition}:sns:eu-central-1:${AWS::AccountId}:waymark-alerts"


def alarms(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    return synthesised.by("AWS::CloudWatch::Alarm", "AlarmName")


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in alarm.get("Dimensions", ())}


def test_every_alarm_reaches_the_topic_and_says_what_to_do(production: Synthesised) -> None:
    for name, alarm in alarms(production).items():
        assert name.startswith("waymark-")
        assert [plain(action) for action in alarm["AlarmActions"]] == [ALERTS]
        assert [plain(action) for action in alarm["OKActions"]] == [ALERTS]
        assert len(alarm["AlarmDescription"]) > 40, name


def test_a_dead_letter_that_parking_does_not_deal_with_is_an_alarm_though_it_is_always_taken_again(
    production: Synthesised,
) -> None:
    found = alarms(production)

    for queue in names.DEAD_LETTER_QUEUES:
        alarm = found[f"waymark-{queue}"]
        stats = [one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one]
        assert [one["Expression"] for one in alarm["Metrics"] if "Expression" in one] == ["waiting + taken"]
        assert {one["Metric"]["MetricName"] for one in stats} == {
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
        }
        assert {one["Value"] for stat in stats for one in stat["Metric"]["Dimensions"]} == {
            f"waymark-{names.queue_file_name(queue)}"
        }
        assert {(stat["Stat"], stat["Period"]) for stat in stats} == {("Maximum", 60)}
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 15)


def test_a_message_that_waits_for_too_long_is_an_alarm(production: Synthesised) -> None:
    found = alarms(production)

    for queue in names.QUEUES:
        alarm = found[f"waymark-{queue}-age"]
        assert dimensions(alarm) == {"QueueName": f"waymark-{names.queue_file_name(queue)}"}
        assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateAgeOfOldestMessage", 15 * 60)


def test_each_function_that_fails_or_is_throttled_is_an_alarm(production: Synthesised) -> None:
    found = alarms(production)

    for function in names.FUNCTIONS:
        name = function.replace("_", "-")
        assert found[f"waymark-{name}-errors"]["MetricName"] == "Errors"
        assert found[f"waymark-{name}-throttles"]["MetricName"] == "Throttles"
        assert dimensions(found[f"waymark-{name}-errors"]) == {"FunctionName": f"waymark-{name}"}


def test_a_door_that_answers_500_is_an_alarm(production: Synthesised) -> None:
    alarm = alarms(production)["waymark-api-5xx"]
    (api,) = production.of_type("AWS::ApiGatewayV2::Api")

    assert dimensions(alarm) == {"ApiId": {"Ref": api}}
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/ApiGateway", "5xx", 1)


def test_a_sweep_that_does_not_run_is_an_alarm_though_nothing_is_measured_then(production: Synthesised) -> None:
    alarm = alarms(production)["waymark-sweep-not-running"]

    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == ("Invocations", "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"


def test_a_question_that_nobody_answers_in_time_is_an_alarm(production: Synthesised) -> None:
    alarm = alarms(production)["waymark-oldest-checkpoint"]

    assert alarm["Threshold"] == production.stage.alarms.checkpoint_hours * 3600
    assert (alarm["Namespace"], alarm["MetricName"]) == (names.METRICS, names.OLDEST_CHECKPOINT)


def test_the_counts_of_doors_are_looked_for_where_doors_write_them() -> None:
    looked_at = {service for one in COUNTED if one.metric == names.UNKNOWN_SENDERS for service in one.services}
    written = {
        metric_document(door_logger(door).name, names.UNKNOWN_SENDERS)["service"]
        for door in ("github-webhook", "slack", "commands")
    }

    assert written <= looked_at
    assert set(names.UNEXPECTED.values()) <= {one.metric for one in COUNTED}


def test_lines_with_an_alert_are_counted_where_they_are_written(production: Synthesised) -> None:
    groups = production.of_type("AWS::Logs::LogGroup")
    filters = [one["Properties"] for one in production.of_type("AWS::Logs::MetricFilter").values()]
    found = {
        (
            groups[one["LogGroupName"]["Ref"]]["Properties"]["LogGroupName"].removeprefix("/aws/lambda/waymark-"),
            one["FilterPattern"],
            one["MetricTransformations"][0]["MetricName"],
        )
        for one in filters
    }

    assert found == {
        (function.replace("_", "-"), f'{{ $.alert = "{alert}" }}', f"{alert}_alerts")
        for alert, functions in ALERT_LINES.items()
        for function in functions
    }
    assert {"github_webhook", "slack", "run_workflow"} <= set(ALERT_LINES["secret"])
    assert {"advance", "post_checkpoint", "sweep", "verify", "park"} <= set(ALERT_LINES["unreadable"])
    assert {metric for _, _, metric in found} <= {one.get("MetricName") for one in alarms(production).values()}


def test_whatever_the_code_calls_an_alert_is_an_alarm() -> None:
    files = [file for folder in ("shared", "functions") for file in Path(folder).rglob("*.py")]
    words = r'"alert": (?:alert_of\(exc\) or )?"([a-z_]+)"'
    said = {word for file in files for word in re.findall(words, file.read_text(encoding="utf-8"))}
    of_errors = {alert_of(PermanentError("", code)) for code in (NO_SECRET, SETTINGS, UNREADABLE)}

    assert said | of_errors | {FAILING} == {*ALERT_LINES, "parked"}


def test_the_dashboard_shows_every_function_queue_and_alarm(production: Synthesised) -> None:
    (dashboard,) = production.of_type("AWS::CloudWatch::Dashboard").values()
    parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"][1]
    shown = "".join(part if isinstance(part, str) else "0" for part in parts)
    widgets = json.loads(shown)["widgets"]

    for function in names.FUNCTIONS:
        assert f"waymark-{function.replace('_', '-')}" in shown
    for queue in (*names.QUEUES, *names.DEAD_LETTER_QUEUES):
        assert f'"waymark-{names.queue_file_name(queue)}"' in shown
    assert len(widgets[0]["properties"]["alarms"]) == len(alarms(production))


def test_mail_and_pager_hear_of_alarms(production: Synthesised) -> None:
    told = [one["Properties"] for one in production.of_type("AWS::SNS::Subscription").values()]

    assert [(one["Protocol"], one["Endpoint"]) for one in told] == [("email", "platform@example.com")]


def test_alarms_and_nobody_else_may_publish_over_an_encrypted_connection(production: Synthesised) -> None:
    (policy,) = production.of_type("AWS::SNS::TopicPolicy").values()
    refused, alarm = sorted(policy["Properties"]["PolicyDocument"]["Statement"], key=lambda one: str(one["Effect"]))[
        ::-1
    ]

    assert {refused["Effect"], alarm["Effect"]} == {"Deny", "Allow"}
    statements = {one["Effect"]: one for one in (refused, alarm)}
    assert statements["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statements["Allow"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statements["Allow"]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
