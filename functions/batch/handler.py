"""Starts the next migration of a campaign, on the schedule of an EventBridge rule."""

from typing import Any

from shared import bootstrap
from shared.adapters.worker_logging import worker_logger
from shared.app.batch import start_scheduled
from shared.errors import InvalidInputError


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes `{"campaign": "<id>", "time": "<scheduled time>"}`; what is no such event is an error, for the alarm to see.

    Whether it may start is decided by `advance`, whose log says so where it may not.
    """
    composition, log = bootstrap.current(), worker_logger("batch")
    try:
        command = start_scheduled(event, outbox=composition.engine.outbox, now=composition.clock())
    except InvalidInputError as exc:
        log.error("schedule not understood", extra={"reason": str(exc)})  # noqa: TRY400 - a traceback adds nothing
        raise
    log.info("scheduled", extra={"correlation": command.id, "signal": command.id, "actor": command.actor})
    return {"signal": command.id}
