"""One page that shows whether a deployment is well: what moves, what waits, what fails."""

from collections.abc import Iterable, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra_cdk.metrics import of_api, of_function, of_ours, of_queue
from shared import names

_HALF, _THIRD, _WHOLE, _HEIGHT = 12, 8, 24, 6


class Dashboard(Construct):
    """The dashboard `waymark`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, api_id: str, alarms: Sequence[cloudwatch.IAlarm]
    ) -> None:
        super().__init__(scope, construct_id)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name="waymark",
            default_interval=Duration.days(1),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=_WHOLE, height=_HEIGHT)],
                _what_moves(),
                _who_is_waited_for(),
                _queues(),
                _functions(),
                _doors(api_id),
            ],
        )


def _what_moves() -> list[cloudwatch.IWidget]:
    advanced = (names.SIGNALS_TAKEN, names.STEPS_WRITTEN, names.RETRIES, names.UNHEEDED)
    refused = (names.REFUSALS, names.REFUSED_ACTS, names.UNKNOWN_SENDERS, names.BROKEN_CHAINS)
    services = ("advance", "waymark.commands")
    return [
        _graph("Signals, steps, retries, unheeded signals", (of_ours(metric, "advance") for metric in advanced), _HALF),
        _graph("Refused", (of_ours(metric, one) for metric in refused for one in services), _HALF),
    ]


def _who_is_waited_for() -> list[cloudwatch.IWidget]:
    quota = [of_ours(names.GITHUB_QUOTA, service, "Minimum") for service in ("observe", "skill")]
    return [
        _graph("Oldest open checkpoint (s)", [of_ours(names.OLDEST_CHECKPOINT, "sweep", "Maximum")], _THIRD),
        _graph("Parked", [of_ours(names.PARKED, "park")], _THIRD),
        _graph("GitHub quota left", quota, _THIRD),
    ]


def _queues() -> list[cloudwatch.IWidget]:
    waiting, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    return [
        _graph("Messages waiting", (of_queue(queue, waiting) for queue in names.QUEUES), _THIRD),
        _graph("Oldest message (s)", (of_queue(queue, age) for queue in names.QUEUES), _THIRD),
        _graph("Dead letters", (of_queue(queue, waiting) for queue in names.DEAD_LETTER_QUEUES), _THIRD),
    ]


def _functions() -> list[cloudwatch.IWidget]:
    return [
        _graph("Errors", (of_function(function, "Errors") for function in names.FUNCTIONS), _THIRD),
        _graph("Duration, p95 (ms)", (of_function(one, "Duration", "p95") for one in names.FUNCTIONS), _THIRD),
        _graph("Invocations", (of_function(function, "Invocations") for function in names.FUNCTIONS), _THIRD),
    ]


def _doors(api_id: str) -> list[cloudwatch.IWidget]:
    return [
        _graph("Requests", (of_api(api_id, metric) for metric in ("Count", "4xx", "5xx")), _HALF),
        _graph("Latency (ms)", (of_api(api_id, "Latency", statistic) for statistic in ("p50", "p95")), _HALF),
    ]


def _graph(title: str, left: Iterable[cloudwatch.IMetric], width: int) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), width=width, height=_HEIGHT)
