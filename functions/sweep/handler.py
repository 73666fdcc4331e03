"""Ticks what is due and reads Slack's user groups, once a minute."""

from typing import Any

from shared import bootstrap
from shared.adapters.worker_logging import worker_logger
from shared.app.sweep import sweep
from shared.app.sync_groups import sync_groups


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The event says only that it is time. An alarm counts the lines whose `alert` is `groups`: nobody of one may act."""
    composition, log = bootstrap.current(), worker_logger("sweep")
    engine, now = composition.engine, composition.clock()
    ticked = sweep(due_times=engine.due_times, migrations=engine.migrations, outbox=engine.outbox, now=now)
    log.info("swept", extra={"ticked": ticked})
    user_groups = composition.outside.user_groups
    synced = sync_groups(campaigns=engine.campaigns, groups=engine.groups, user_groups=user_groups, now=now)
    if synced.failed:
        told = {"groups": synced.failed, "unknown": sorted(synced.unknown)}
        log.error("user groups could not be read", extra=told | ({"alert": "groups"} if synced.unknown else {}))
    return {"ticked": ticked}
