"""What stands in an AWS account and region of a deployment, read with boto3; nothing is changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.aws_errors import error_code, translated
from shared.adapters.dynamodb_reads import DynamoDueTimes
from shared.adapters.secrets import SecretsManagerSecrets
from shared.ports.deployed import AlarmSeen, FunctionSeen, TableSeen, TopicSeen
from shared.ports.migrations import DueTimes
from shared.ports.secrets import Secrets

_CLIENT: Final = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
_ABSENT: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueue", "NotFound", "NotFoundException", "QueueDoesNotExist",
        "ResourceNotFoundException", "TableNotFoundException",
    }
)  # fmt: skip
_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """What is absent is told by the answer, everything else by our errors."""
    try:
        yield
    except ClientError as exc:
        if error_code(exc) in _ABSENT:
            raise _AbsentError from exc
        raise translated(exc, f"read {what}") from exc
    except BotoCoreError as exc:
        raise translated(exc, f"read {what}") from exc


class _AbsentError(Exception):
    """There is no such thing."""


class AwsDeployment:
    """The ports `Foundations`, `Watch` and `Running`, in one region; the account is that of the credentials."""

    def __init__(self, region: str) -> None:
        self._region = region

    def _client(self, service: Any) -> Any:  # noqa: ANN401 - a client of any service
        return boto3.client(service, region_name=self._region, config=_CLIENT)

    def table(self, name: str) -> TableSeen | None:
        client = self._client("dynamodb")
        try:
            with _reading(f"the table {name}"):
                status = client.describe_table(TableName=name)["Table"]["TableStatus"]
                backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        except _AbsentError:
            return None
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        return TableSeen(active=status in {"ACTIVE", "UPDATING"}, recoverable=recovery == "ENABLED")

    def waiting(self, queue: str) -> int | None:
        client = self._client("sqs")
        try:
            with _reading(f"the queue {queue}"):
                url = client.get_queue_url(QueueName=queue)["QueueUrl"]
                found = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))
        except _AbsentError:
            return None
        return sum(int(count) for count in found["Attributes"].values())

    def alarms(self, prefix: str) -> Mapping[str, AlarmSeen]:
        with _reading("the alarms"):
            pages = self._client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
            found = [alarm for page in pages for alarm in page.get("MetricAlarms", [])]
        return {
            alarm["AlarmName"]: AlarmSeen(
                actions=list(alarm.get("AlarmActions", [])) if alarm.get("ActionsEnabled", True) else [],
                state=alarm.get("StateValue", ""),
                about=alarm.get("AlarmDescription", ""),
            )
            for alarm in found
            if alarm["AlarmName"].startswith(prefix)
        }

    def topic(self, name: str) -> TopicSeen | None:
        client = self._client("sns")
        with _reading("the topics"):
            pages = client.get_paginator("list_topics").paginate()
            arn = next(
                (one["TopicArn"] for page in pages for one in page["Topics"] if _is(one["TopicArn"], name)), None
            )
        if arn is None:
            return None
        with _reading(f"the subscriptions of {name}"):
            pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
            found = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
        confirmed = sum(one.startswith("arn:") for one in found)
        return TopicSeen(arn, confirmed, len(found) - confirmed)

    def function(self, name: str) -> FunctionSeen | None:
        try:
            with _reading(f"the function {name}"):
                found = self._client("lambda").get_function_configuration(FunctionName=name)
        except _AbsentError:
            return None
        return FunctionSeen(
            active=found.get("State", "Active") == "Active",
            runtime=found.get("Runtime", ""),
            architecture=next(iter(found.get("Architectures", [])), "x86_64"),
            changed_at=found.get("LastModified", ""),
            environment=found.get("Environment", {}).get("Variables", {}),
        )

    def last_log(self, group: str) -> datetime | None:
        try:
            with _reading(f"the log {group}"):
                found = self._client("logs").describe_log_streams(
                    logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
                )
        except _AbsentError:
            return None
        stream: dict[str, Any] = next(iter(found["logStreams"]), {})
        at = max(stream.get("lastEventTimestamp", 0), stream.get("lastIngestionTime", 0))
        return datetime.fromtimestamp(at / 1000, UTC) if at else None

    def api_url(self, name: str) -> str | None:
        with _reading("the APIs"):
            pages = self._client("apigatewayv2").get_paginator("get_apis").paginate()
            found = [api for page in pages for api in page["Items"] if api["Name"] == name]
        return next((str(api["ApiEndpoint"]).rstrip("/") for api in found), None)

    def clock(self) -> datetime:
        return parsedate_to_datetime(self._caller()["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)

    def account(self) -> str:
        """That of the credentials."""
        return str(self._caller()["Account"])

    def secrets(self, prefix: str) -> Secrets:
        """Those of Secrets Manager in this region."""
        return SecretsManagerSecrets(self._client("secretsmanager"), prefix, monotonic)

    def due_times(self, table: str) -> DueTimes:
        """Those in the state table of this region."""
        return DynamoDueTimes(self._client("dynamodb"), table)

    def _caller(self) -> dict[str, Any]:
        with _reading("whose the credentials are"):
            return dict(self._client("sts").get_caller_identity())


def _is(arn: str, name: str) -> bool:
    return arn.rpartition(":")[2] == name
