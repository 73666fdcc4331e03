"""What an operator can turn on a queue and the mapping that feeds a function from it."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3

from sandbox.aws_events import ACCOUNT, REGION
from shared import names
from tests.e2e.deployed import queue_url


def mapping_of(queue: str) -> dict[str, object]:
    """The one event-source mapping of a queue."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:waymark-{names.queue_file_name(queue)}"
    (found,) = boto3.client("lambda").list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    return dict(found)


@contextmanager
def paused(queue: str) -> Iterator[None]:
    """Messages gather until the block ends."""
    client, uuid = boto3.client("lambda"), str(mapping_of(queue)["UUID"])
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=uuid, Enabled=True)


@contextmanager
def shown_again_at_once(queue: str) -> Iterator[None]:
    """Until the block ends, a message that failed comes back after a second and not after minutes."""
    sqs, url = boto3.client("sqs"), queue_url(queue)
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def hidden(queue: str) -> int:
    """How many messages are out to a function, or wait until they may come back."""
    found = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue_url(queue), AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessagesNotVisible"])


def send(queue: str, *messages: tuple[str, str, str]) -> None:
    """Sends (key, group, body) at once, in this order, to a FIFO queue."""
    entries = [
        {"Id": str(number), "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": key}
        for number, (key, group, body) in enumerate(messages)
    ]
    answer = boto3.client("sqs").send_message_batch(QueueUrl=queue_url(queue), Entries=entries)  # type: ignore[arg-type]
    assert not answer.get("Failed"), answer
