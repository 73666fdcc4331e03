"""What a record of an SQS event says about where it came from."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared import names
from shared.adapters.batch import queue_of, sent_at


def a_record(arn: str, **attributes: str) -> SQSRecord:
    document: dict[str, Any] = {"eventSourceARN": arn, "attributes": attributes}
    return SQSRecord(document)


@pytest.mark.parametrize("prefix", ["", "waymark-", "acme-waymark-staging-"])
@pytest.mark.parametrize("queue", names.DEAD_LETTER_QUEUES)
def test_a_dead_letter_queue_is_known_whatever_the_deployment_calls_it(queue: str, prefix: str) -> None:
    arn = f"arn:aws:sqs:eu-central-1:111122223333:{prefix}{names.queue_file_name(queue)}"

    assert queue_of(a_record(arn)) == queue


@pytest.mark.parametrize(
    ("arn", "queue"),
    [
        ("arn:aws:sqs:eu-central-1:111122223333:others-queue", "others-queue"),
        ("arn:aws:sqs:eu-central-1:111122223333:xsignals-dead.fifo", "xsignals-dead.fifo"),
        ("", "unknown"),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_queue_of_somebody_else_keeps_its_name(arn: str, queue: str) -> None:
    assert queue_of(a_record(arn)) == queue


def test_a_message_says_when_it_was_sent() -> None:
    record = a_record("", SentTimestamp="1772442000500")

    assert sent_at(record) == datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)
