"""Every alarm, to the one topic. What is said in an alarm's description is what whoever is woken by it reads first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra_cdk import metrics
from infra_cdk.deployed import Deployed
from shared import names

_AT_LEAST: Final = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW: Final = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_IS_FINE: Final = cloudwatch.TreatMissingData.NOT_BREACHING
_DEAD_FOR: Final = 15
"""Minutes: parking takes seconds, and tries again every other minute where it fails."""
QUOTA_LEFT: Final = 500
"""Requests of the 5,000 that GitHub gives an installation each hour."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of ours that is an alarm at `most` in five minutes; `services` are those that log it."""

    metric: str
    services: tuple[str, ...]
    most: int
    why: str


_STRANGERS: Final = (
    "Strangers, or a wrong secret: look in the log for `unexpected`, and at the webhook and signing secrets."
)
COUNTED: Final = (
    Counted(names.PARKED, ("park",), 1, "Somebody's act could not be done and is kept: `migrate parked` lists it."),
    Counted(names.BROKEN_CHAINS, ("advance",), 1, "A history does not fit its state: `migrate audit` says where."),
    Counted(names.REFUSED_ACTS, ("advance", "waymark.commands"), 5, "Somebody known tries what is not theirs to do."),
    Counted(names.UNKNOWN_SENDERS, ("advance", "waymark.github-webhook", "waymark.commands"), 20, _STRANGERS),
    # A team clicks a few times in five minutes: with a wrong signing secret, each of these is refused.
    Counted(names.UNKNOWN_SENDERS, ("waymark.slack",), 3, _STRANGERS),
)
ALERT_LINES_SAY: Final[Mapping[str, str]] = {
    "slack": "Slack does not take our messages or modals: lines whose `alert` is `slack` say why.",
    "groups": "A Slack user group cannot be read, so nobody of it may act: see lines whose `alert` is `groups`.",
    "unreadable": "An item was written by a later release, or is broken: nothing moves there until that release is deployed.",
    "failing": "Messages fail that will fail again, or fail again and again: lines whose `alert` is `failing` say why.",
    "secret": "A secret is absent or has a wrong shape: the line says which one, and `migrate doctor` how to mend it.",
    "settings": "A function's settings are missing or wrong: the line names each. Deploy again from the stage's file.",
    "door": "A door or route cannot work: lines whose `alert` is `door` say why.",
}


class Alarms(Construct):
    """`all` has them, for the dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployed: Deployed,
        api_id: str,
        function_logs: Mapping[str, logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        self.all: list[cloudwatch.Alarm] = []
        topic = sns.Topic.from_topic_arn(self, "Topic", deployed.arns.topic())
        self._action = actions.SnsAction(topic)
        limits = deployed.stage.alarms
        self._of_queues(limits.queue_minutes)
        self._of_functions()
        self._of_the_doors(api_id)
        self._of_the_sweep()
        self._of_people(limits.checkpoint_hours)
        self._of_counts()
        self._of_quota()
        self._of_log_lines(function_logs)

    def _of_queues(self, minutes: int) -> None:
        for queue in names.QUEUES:
            dead = names.dead_letter_queue(queue)
            said = (
                f"A dead letter of {queue} is not dealt with for {_DEAD_FOR} minutes: see the log of the function park."
            )
            self._alarm(dead, metrics.left_in(dead), 1, said, periods=_DEAD_FOR)
            age = metrics.of_queue(queue, "ApproximateAgeOfOldestMessage")
            self._alarm(
                f"{queue}-age",
                age,
                minutes * 60,
                f"A message of {queue} waits for {minutes} minutes: see its function's log.",
            )

    def _of_functions(self) -> None:
        for function in names.FUNCTIONS:
            name = function.replace("_", "-")
            errors, throttles = (metrics.of_function(function, metric) for metric in ("Errors", "Throttles"))
            self._alarm(f"{name}-errors", errors, 1, f"{function} raised, or ran out of time or memory: see its log.")
            self._alarm(
                f"{name}-throttles",
                throttles,
                1,
                f"{function} is throttled for ten minutes: the account's concurrency is used up.",
                periods=2,
            )

    def _of_the_doors(self, api_id: str) -> None:
        self._alarm(
            "api-5xx",
            metrics.of_api(api_id, "5xx"),
            1,
            "A door or route answered 5xx: a secret is absent, or a function failed. See the API's log, then the function's.",
        )

    def _of_the_sweep(self) -> None:
        self._alarm(
            "sweep-not-running",
            metrics.of_function("sweep", "Invocations"),
            1,
            "The sweep did not run for five minutes: nothing waits, retries, reminds or heals. See the rule that calls it.",
            comparison=_BELOW,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def _of_people(self, hours: int) -> None:
        oldest = metrics.of_ours(names.OLDEST_CHECKPOINT, "sweep", "Maximum")
        said = f"A question is open for {hours} hours: `/migrate inbox` shows it."
        self._alarm("oldest-checkpoint", oldest, hours * 3600, said)

    def _of_counts(self) -> None:
        for one in COUNTED:
            for service in one.services:
                name = f"{one.metric}-{service.removeprefix('waymark.')}".replace("_", "-")
                self._alarm(name, metrics.of_ours(one.metric, service), one.most, one.why)

    def _of_quota(self) -> None:
        for service in ("observe", "skill"):
            left = metrics.of_ours(names.GITHUB_QUOTA, service, "Minimum")
            said = f"Fewer than {QUOTA_LEFT} requests to GitHub are left of this hour: work waits until it begins anew."
            self._alarm(f"github-quota-{service}", left, QUOTA_LEFT, said, comparison=_BELOW)

    def _of_log_lines(self, function_logs: Mapping[str, logs.ILogGroup]) -> None:
        for alert, why in ALERT_LINES_SAY.items():
            self._alarm(f"{alert}-alerts", metrics.of_alert_lines(self, alert, function_logs), 1, why)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: int,
        said: str,
        *,
        periods: int = 1,
        comparison: cloudwatch.ComparisonOperator = _AT_LEAST,
        missing: cloudwatch.TreatMissingData = _IS_FINE,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=names.PREFIX + name,
            alarm_description=said,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=comparison,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)  # a pager resolves by it what it opened
        self.all.append(alarm)
