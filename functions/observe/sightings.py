"""The batch of `observe`: one sighting a message."""

from typing import TYPE_CHECKING, Any

from shared.adapters.batch import followed, take_batch
from shared.adapters.worker_logging import worker_logger
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.correlated import Correlated
from shared.app.observe import observe
from shared.bootstrap import Composition
from shared.webhooks.sighting import Sighting

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def take_sightings(event: dict[str, Any], composition: Composition) -> dict[str, Any]:
    """Answers which messages of the SQS batch failed."""
    log = worker_logger("observe")
    engine, outside = composition.engine, composition.outside

    def take(record: "SQSRecord") -> None:
        sighting = Sighting.from_json(record.body)
        outbox = Correlated(engine.outbox, followed(record, log, sighting.delivery))
        told = observe(sighting, watches=engine.watches, github=outside.reader, outbox=outbox, clock=composition.clock)
        log.info("sighting", extra={"delivery": sighting.delivery, "address": sighting.address, "told": told})

    failed = take_batch(event, take, log)
    metrics = WorkerMetrics("observe", log)
    metrics.quota(outside.github_quota)
    metrics.emit()
    return failed
