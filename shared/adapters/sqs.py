"""Queues on SQS. The doors import this module, so it loads boto3 and nothing else that is slow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared import names
from shared.adapters.aws_errors import error_code, translated
from shared.adapters.envelope import CORRELATION, Envelope, batch_limit, known, release_delay
from shared.ports.queues import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef, MessageTypeDef

# Slack wants its answer within 3 s. Sending again is harmless: the key is the same.
CLIENT: Final = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
GONE: Final = frozenset(
    {"InvalidParameterValue", "InvalidReceiptHandle", "MessageNotInflight", "ReceiptHandleIsInvalid"}
)
"""How SQS says that a receipt is no longer good (API reference, DeleteMessage and ChangeMessageVisibility)."""


def sqs_client(endpoint: str | None = None) -> "SQSClient":
    """A client with short time-outs; the endpoint is boto3's own choice (`AWS_ENDPOINT_URL`) where none is given."""
    return boto3.client("sqs", endpoint_url=endpoint, config=CLIENT)


class SqsQueues:
    """Outbox and Inbox on SQS; the queues are those of `sqs_queues_setup` or of the deployment.

    `url_prefix` is all of a queue's address before its name: `https://sqs.eu-west-1.amazonaws.com/111122223333/waymark-`.
    """

    def __init__(self, client: "SQSClient", url_prefix: str) -> None:
        self._client = client
        self._url_prefix = url_prefix

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        sealed = Envelope.seal(queue, body, group=group, key=key, delay=delay, correlation=correlation)
        beside = _attributes(sealed.correlation)
        try:
            if sealed.group:
                self._client.send_message(
                    QueueUrl=self._url(queue),
                    MessageBody=body,
                    MessageAttributes=beside,
                    MessageGroupId=sealed.group,
                    MessageDeduplicationId=sealed.key,
                )
            else:
                self._client.send_message(
                    QueueUrl=self._url(queue), MessageBody=body, MessageAttributes=beside, DelaySeconds=sealed.delay
                )
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"send to the queue {queue}") from exc

    def receive(self, queue: str, limit: int = 1) -> Sequence[Message]:
        try:
            answer = self._client.receive_message(
                QueueUrl=self._url(queue),
                MaxNumberOfMessages=batch_limit(limit),
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId"],
                MessageAttributeNames=[CORRELATION],
            )
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"receive from the queue {queue}") from exc
        return [_message(received) for received in answer.get("Messages", [])]

    def delete(self, queue: str, message: Message) -> None:
        try:
            self._client.delete_message(QueueUrl=self._url(queue), ReceiptHandle=message.receipt)
        except (ClientError, BotoCoreError) as exc:
            if not _is_gone(exc):
                raise translated(exc, f"delete a message of the queue {queue}") from exc

    def release(self, queue: str, message: Message, delay: int = 0) -> None:
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url(queue), ReceiptHandle=message.receipt, VisibilityTimeout=release_delay(delay)
            )
        except (ClientError, BotoCoreError) as exc:
            if not _is_gone(exc):
                raise translated(exc, f"give a message back to the queue {queue}") from exc

    def depth(self, queue: str) -> int:
        try:
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url(queue),
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesDelayed",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )
        except (ClientError, BotoCoreError) as exc:
            raise translated(exc, f"count the messages of the queue {queue}") from exc
        return sum(int(count) for count in answer["Attributes"].values())

    def _url(self, queue: str) -> str:
        return self._url_prefix + names.queue_file_name(known(queue))


def _attributes(correlation: str) -> "dict[str, MessageAttributeValueTypeDef]":
    return {CORRELATION: {"DataType": "String", "StringValue": correlation}} if correlation else {}


def _message(received: "MessageTypeDef") -> Message:
    attributes, beside = received["Attributes"], received.get("MessageAttributes", {}).get(CORRELATION)
    return Message(
        id=received["MessageId"],
        receipt=received["ReceiptHandle"],
        body=received["Body"],
        group=attributes.get("MessageGroupId", ""),
        receives=int(attributes["ApproximateReceiveCount"]),
        correlation=beside.get("StringValue", "") if beside else "",
    )


def _is_gone(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, ClientError) and error_code(error) in GONE
