"""What a record of an SQS event says about where it came from."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared import names
from shared.adapters.batch import queue_of, sent_at, take_batch
from shared.adapters.worker_logging import worker_logger
from shared.errors import NO_SECRET, PermanentError, RetryableError
from shared.ports.pace import NotYetError


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


def an_event(*bodies: str) -> dict[str, Any]:
    records = [
        {"messageId": body, "receiptHandle": f"r-{body}", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
        for body in bodies
    ]
    return {"Records": [{**record, "eventSource": "aws:sqs"} for record in records]}


def taken(errors: dict[str, Exception], later: Any) -> list[str]:
    def take(record: SQSRecord) -> None:
        if record.body in errors:
            raise errors[record.body]

    answer = take_batch(an_event("a", "b", "c"), take, worker_logger("test"), later=later)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_what_says_when_to_come_back_is_shown_again_then_and_all_that_failed_stays_in_the_queue() -> None:
    shown: list[tuple[str, float]] = []
    errors: dict[str, Exception] = {
        "a": NotYetError("Others are before it.", 2.5),
        "c": RetryableError("Slack is down."),
    }

    failed = taken(errors, lambda record, delay: shown.append((record.receipt_handle, delay)))

    assert (failed, shown) == (["a", "c"], [("r-a", 2.5)])


def test_a_queue_that_cannot_show_it_again_leaves_it_to_its_visibility_time() -> None:
    def later(record: SQSRecord, delay: float) -> None:
        raise RetryableError("SQS is busy.")

    assert taken({"b": RetryableError("Slack limits our rate.", 30)}, later) == ["b"]


def test_whoever_only_waits_for_its_turn_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        taken({"a": NotYetError("Others are before it.", 1), "b": RetryableError("Slack is down.")}, None)
    assert [(one.levelname, one.message) for one in caplog.records] == [
        ("INFO", "message waits"),
        ("ERROR", "message failed"),
    ]


@pytest.mark.parametrize(
    ("error", "receives", "alert"),
    [
        (PermanentError("AWS refuses it: AccessDenied.", "aws"), "1", "failing"),
        (PermanentError("The secret waymark/github-app-key is absent.", NO_SECRET), "1", "secret"),
        (KeyError("a bug"), "1", "failing"),
        (RetryableError("SQS is busy."), "1", None),
        (RetryableError("SQS is busy."), "3", "failing"),
        (RetryableError("Slack limits our rate.", 30), "400", None),
        (NotYetError("Others are before it.", 1), "400", None),
    ],
)
def test_what_fails_again_is_an_alert_though_lambda_counts_no_error(
    error: Exception, receives: str, alert: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    def take(record: SQSRecord) -> None:
        raise error

    event = an_event("a")
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = receives
    with caplog.at_level(logging.INFO):
        take_batch(event, take, worker_logger("test"))

    assert [getattr(one, "alert", None) for one in caplog.records] == [alert]
