"""Makes all queues on an endpoint, for tests and for the sandbox on the emulated AWS."""

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared import names
from shared.adapters.aws_errors import translated
from shared.adapters.envelope import MAX_BODY

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

VISIBILITY: Final = 60
"""Seconds a received message stays hidden."""


def create_queues(client: "SQSClient", *, name_prefix: str = "", visibility: int = VISIBILITY) -> str:
    """Creates every queue of `names.QUEUES` and its dead-letter queue; answers the `queue_url_prefix` for the settings.

    Doing it again changes nothing; with another `visibility` (seconds) SQS refuses, which is a PermanentError.
    """
    url = ""
    for queue in names.QUEUES:
        dead = _create(client, name_prefix, names.dead_letter_queue(queue), {})
        redrive = {"deadLetterTargetArn": _arn(client, dead), "maxReceiveCount": names.max_receives(queue)}
        attributes: dict[QueueAttributeNameType, str] = {
            "VisibilityTimeout": str(visibility),
            "RedrivePolicy": json.dumps(redrive),
        }
        url = _create(client, name_prefix, queue, attributes)
    return url.removesuffix(names.queue_file_name(names.QUEUES[-1]))


def _create(client: "SQSClient", name_prefix: str, queue: str, attributes: "dict[QueueAttributeNameType, str]") -> str:
    kind: dict[QueueAttributeNameType, str] = {"FifoQueue": "true"} if names.is_fifo(queue) else {}
    try:
        answer = client.create_queue(
            QueueName=name_prefix + names.queue_file_name(queue),
            Attributes={"MaximumMessageSize": str(MAX_BODY), **kind, **attributes},
        )
    except (ClientError, BotoCoreError) as exc:
        raise translated(exc, f"create the queue {queue}") from exc
    return answer["QueueUrl"]


def _arn(client: "SQSClient", url: str) -> str:
    try:
        return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    except (ClientError, BotoCoreError) as exc:
        raise translated(exc, f"read the address of the queue {url}") from exc
