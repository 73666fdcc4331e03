"""What the sweep does each minute, each part with its ports and its lines in the log."""

from datetime import datetime

from aws_lambda_powertools import Logger

from shared import names
from shared.adapters.worker_metrics import WorkerMetrics
from shared.app.gauges import oldest_checkpoint
from shared.app.sweep import sweep
from shared.app.sync_groups import sync_groups
from shared.bootstrap import Composition
from shared.errors import RetryableError


def tick(composition: Composition, now: datetime, log: Logger) -> list[str]:
    """The migrations that were due; each is told of by its tick."""
    engine = composition.engine
    ticked = sweep(due_times=engine.due_times, migrations=engine.migrations, outbox=engine.outbox, now=now)
    log.info("swept", extra={"ticked": ticked})
    return ticked


def read_groups(composition: Composition, now: datetime, log: Logger) -> None:
    """An alarm counts the lines whose `alert` is `groups`: nobody of one may act."""
    engine, user_groups = composition.engine, composition.outside.user_groups
    synced = sync_groups(campaigns=engine.campaigns, groups=engine.groups, user_groups=user_groups, now=now)
    if synced.failed:
        told = {"groups": synced.failed, "unknown": sorted(synced.unknown)}
        log.error("user groups could not be read", extra=told | ({"alert": "groups"} if synced.unknown else {}))


def tell_oldest(composition: Composition, now: datetime, log: Logger) -> None:
    """The metric of the oldest open question; a store that is busy leaves it out this time."""
    engine, metrics = composition.engine, WorkerMetrics("sweep", log)
    try:
        oldest = oldest_checkpoint(campaigns=engine.campaigns, index=engine.index, now=now)
    except RetryableError as exc:
        log.warning("the oldest question is not known", extra={"reason": exc.reason})
        return
    for reason in oldest.unreadable:
        log.error("a list cannot be read", extra={"reason": reason, "alert": "unreadable"})
    metrics.gauge(names.OLDEST_CHECKPOINT, oldest.seconds, seconds=True)
    metrics.emit()
