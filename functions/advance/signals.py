"""The batch of `advance`: one signal a message."""

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from shared.adapters.batch import followed, receives, take_batch
from shared.adapters.worker_logging import worker_logger
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.measured import take_measured
from shared.bootstrap import Composition
from state_schema.signals import SIGNALS, Command

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def take_signals(event: dict[str, Any], composition: Composition) -> dict[str, Any]:
    """Answers which messages of the SQS batch failed."""
    engine, log = composition.engine, worker_logger("advance")
    metrics = WorkerMetrics("advance", log)

    def take(record: "SQSRecord") -> None:
        message = SIGNALS.validate_json(record.body)
        given = {"nonce": token_hex(16)} if isinstance(message, Command) else {}
        about = followed(record, log, message.id)
        message = message.model_copy(update={"correlation": about, **given})
        again = receives(record) > 1
        outcome = take_measured(message, again=again, store=engine.store, outbox=engine.outbox, counters=metrics)
        log.info("signal", extra={"signal": message.id, "kind": message.kind, "outcome": outcome})

    failed = take_batch(event, take, log)
    metrics.emit()
    return failed
