"""Takes the records of one SQS event, so that exactly what failed comes back to the queue, and the log says why.

A message that fails is no error of the function's for Lambda, so an alarm counts the lines whose `alert` is `unreadable`
(what a later release wrote, say), `secret`, or `failing`: what will fail again, and what has failed again and again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.batch.exceptions import ExceptionInfo
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from shared import names
from shared.adapters.envelope import CORRELATION
from shared.errors import PermanentError, RetryableError, WaymarkError
from shared.observability import alert_of
from shared.ports.pace import NotYetError

FAILING: Final = "failing"
_PATIENT: Final = 3
"""Receives of one message until what may work later is worth an alert."""

Later = Callable[[SQSRecord, float], None]
"""Shows a message again after so many seconds, and not when its visibility time is over."""


def take_batch(
    event: dict[str, Any], take: Callable[[SQSRecord], object], log: Logger, *, later: Later | None = None
) -> dict[str, Any]:
    """Calls `take` with each record; answers `batchItemFailures` with those for which it raised, and logs each of them.

    A batch in which all failed is answered the same way: one of one is the usual batch. With `later`, what is to be tried
    again after a delay of its own is shown again then.
    """

    def record_handler(record: SQSRecord) -> object:
        log.thread_safe_clear_keys()
        followed(record, log)
        return take(record)

    processor = _Processor(log, later)
    with processor(records=event["Records"], handler=record_handler):
        processor.process()
    log.thread_safe_clear_keys()
    response: dict[str, Any] = dict(processor.response())
    return response


def followed(record: SQSRecord, log: Logger, own: str = "") -> str:
    """The id of the delivery or act with which it all began, from beside the message; `own` where none came with it.

    From now on the log's lines about this message carry it as `correlation`.
    """
    beside = record.raw_event.get("messageAttributes") or {}
    found = str((beside.get(CORRELATION) or {}).get("stringValue") or own)
    if found:
        log.thread_safe_append_keys(correlation=found)
    return found


def receives(record: SQSRecord) -> int:
    """How often the message was received, this time included."""
    return int(record.attributes.approximate_receive_count or 1)


def queue_of(record: SQSRecord) -> str:
    """The dead-letter queue that the message came from, by our name for it; its own name where it is none of ours."""
    found = record.event_source_arn.rpartition(":")[2]
    ours = [queue for queue in names.DEAD_LETTER_QUEUES if f"-{found}".endswith(f"-{names.queue_file_name(queue)}")]
    return ours[0] if ours else found[:100] or "unknown"


def sent_at(record: SQSRecord) -> datetime:
    """When the queue got it."""
    return datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)


class _Processor(BatchProcessor):
    """Powertools' own, but that a message that fails is not passed over in silence."""

    def __init__(self, log: Logger, later: Later | None) -> None:
        super().__init__(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        self._log = log
        self._later = later

    def failure_handler(self, record: SQSRecord, exception: ExceptionInfo) -> FailureResponse:
        error = exception[1]
        known = isinstance(error, WaymarkError | ValidationError)
        told = {
            "message_id": record.message_id,
            "receives": receives(record),
            "error": type(error).__name__,
            "reason": _reason(error),
        }
        if isinstance(error, NotYetError):
            self._log.info("message waits", extra=told)
        else:
            told |= _alert(error, receives(record))
            self._log.error("message failed", extra=told, exc_info=None if known else error)
        if self._later is not None and isinstance(error, RetryableError) and error.delay is not None:
            with suppress(RetryableError):  # it comes back when its visibility time is over
                self._later(record, error.delay)
        return super().failure_handler(record, exception)


def _alert(error: BaseException | None, received: int) -> dict[str, str]:
    """A delay says that the other side is known to limit us; an outage without one is nothing either, the first times."""
    if isinstance(error, RetryableError) and (error.delay is not None or received < _PATIENT):
        return {}
    return {"alert": (isinstance(error, PermanentError) and alert_of(error)) or FAILING}


def _reason(error: BaseException | None) -> str:
    """A message that is not valid is not quoted: it may hold an address to answer to, or worse."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
