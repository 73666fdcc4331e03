"""Ticks what is due, reads Slack's user groups and tells how long people have not answered, once a minute."""

from typing import Any

from functions.sweep import parts
from shared import bootstrap
from shared.adapters.worker_logging import worker_logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The event says only that it is time; its id is what the lines of this sweep have in common."""
    composition, log = bootstrap.current(), worker_logger("sweep")
    log.thread_safe_append_keys(correlation=str(event.get("id", "sweep")))
    now = composition.clock()
    ticked = parts.tick(composition, now, log)
    parts.read_groups(composition, now, log)
    parts.tell_oldest(composition, now, log)
    log.thread_safe_clear_keys()
    return {"ticked": ticked}
