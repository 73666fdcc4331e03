"""What alarms and dashboard look at: AWS's own metrics, those that our functions log, and lines of the log that are counted."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.arns import function_name, queue_name
from infra_cdk.consumers import queues_of
from infra_cdk.grants import GRANTS
from shared import names

MINUTE, FIVE_MINUTES = Duration.minutes(1), Duration.minutes(5)
_ASKED: Final = names.DOORS + names.ROUTES
_KNOWS_SECRETS: Final = tuple(
    function
    for function, grants in GRANTS.items()
    if any("secretsmanager:GetSecretValue" in one.actions for one in grants)
)
_READS_STATE: Final = tuple(
    function for function, grants in GRANTS.items() if any("dynamodb:GetItem" in one.actions for one in grants)
)
ALERT_LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "slack": ("slack", "post_checkpoint"),
    "groups": ("sweep",),
    "unreadable": tuple(function for function in _READS_STATE if function not in _ASKED),
    "failing": tuple(function for function in names.FUNCTIONS if queues_of(function)),
    "secret": _KNOWS_SECRETS,
    "settings": names.FUNCTIONS,
    "door": _ASKED,
}
"""What log lines say in `alert`, and the functions that log such lines; `parked` has a metric of its own."""


def of_queue(queue: str, metric: str) -> cloudwatch.Metric:
    """The highest of each minute."""
    dimensions = {"QueueName": queue_name(queue)}
    return cloudwatch.Metric(
        namespace="AWS/SQS", metric_name=metric, dimensions_map=dimensions, statistic="Maximum", period=MINUTE
    )


def left_in(queue: str) -> cloudwatch.MathExpression:
    """Messages that are not done away with: they wait, or a worker has them, which takes them again however often it fails."""
    states = {"waiting": "ApproximateNumberOfMessagesVisible", "taken": "ApproximateNumberOfMessagesNotVisible"}
    using = {state: of_queue(queue, metric) for state, metric in states.items()}
    return cloudwatch.MathExpression(
        expression="waiting + taken", label=queue_name(queue), using_metrics=using, period=MINUTE
    )


def of_function(function: str, metric: str, statistic: str = "Sum") -> cloudwatch.Metric:
    """Of each five minutes."""
    dimensions = {"FunctionName": function_name(function)}
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name=metric,
        dimensions_map=dimensions,
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def of_api(api_id: str, metric: str, statistic: str = "Sum") -> cloudwatch.Metric:
    """Of each five minutes, of all routes."""
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=metric,
        dimensions_map={"ApiId": api_id},
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def of_ours(metric: str, service: str, statistic: str = "Sum") -> cloudwatch.Metric:
    """A metric that a function logs in CloudWatch's embedded format, of each five minutes."""
    return cloudwatch.Metric(
        namespace=names.METRICS,
        metric_name=metric,
        dimensions_map={"service": service},
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def of_alert_lines(scope: Construct, alert: str, function_logs: Mapping[str, logs.ILogGroup]) -> cloudwatch.Metric:
    """How many lines of the log say this `alert`, of each five minutes."""
    metric = f"{alert}_alerts"
    for function in ALERT_LINES[alert]:
        logs.MetricFilter(
            scope,
            f"Counts-{alert}-{function}",
            log_group=function_logs[function],
            filter_pattern=logs.FilterPattern.string_value("$.alert", "=", alert),
            metric_namespace=names.METRICS,
            metric_name=metric,
            metric_value="1",
        )
    return cloudwatch.Metric(namespace=names.METRICS, metric_name=metric, statistic="Sum", period=FIVE_MINUTES)
