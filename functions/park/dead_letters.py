"""The batch of `park`: one dead letter a message."""

from typing import TYPE_CHECKING, Any

from shared import names
from shared.adapters.batch import followed, queue_of, sent_at, take_batch
from shared.adapters.worker_logging import worker_logger
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.correlated import Correlated
from shared.app.park import DeadLetter, park
from shared.bootstrap import Composition

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def take_dead_letters(event: dict[str, Any], composition: Composition) -> dict[str, Any]:
    """Answers which messages of the SQS batch failed. An alarm counts the lines whose `alert` is `parked`."""
    log = worker_logger("park")
    engine, metrics = composition.engine, WorkerMetrics("park", log)

    def take(record: "SQSRecord") -> None:
        letter = DeadLetter(queue_of(record), record.body, sent_at(record))
        outbox = Correlated(engine.outbox, followed(record, log))
        now = composition.clock()
        fate = park(letter, parking=engine.parked, campaigns=engine.campaigns, outbox=outbox, now=now)
        told = {"queue": letter.queue, "kind": fate.kind, "about": fate.about, "outcome": fate.outcome}
        if fate.outcome == "parked":
            log.error("dead letter", extra={**told, "alert": "parked"})
            metrics.add(names.PARKED)
        else:
            log.warning("dead letter", extra=told)

    failed = take_batch(event, take, log)
    metrics.emit()
    return failed
