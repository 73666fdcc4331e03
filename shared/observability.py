"""Logs and counters of the doors: one JSON object a line, with the standard library alone.

A logging library would cost a door 40 ms of cold start. Only the fields named here are written, so that no body and no
secret can slip in.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from shared import names

FIELDS: Final = (
    "request",
    "delivery",
    "github_event",
    "action",
    "address",
    "signal",
    "group",
    "status",
    "reason",
    "code",
    "alert",
    "actor",
    "campaign",
    "unexpected",
    "subject",
    "findings",
)
"""What may come as `extra={…}`; `request` and `delivery` are the ids to search for."""
_LONGEST: Final = 500


def tell_unexpected(log: logging.Logger, message: str, kind: str, told: Mapping[str, object]) -> None:
    """Logs one unexpected operation, a kind of `names.UNEXPECTED`, and counts it: a second line, in CloudWatch's embedded
    metric format. Silent where the logger is.
    """
    if not log.isEnabledFor(logging.WARNING):
        return
    log.warning(message, extra={**told, "unexpected": kind})
    sys.stderr.write(json.dumps(metric_document(log.name, names.UNEXPECTED[kind])) + "\n")


def metric_document(service: str, metric: str, count: int = 1) -> dict[str, object]:
    """One count in the embedded metric format, written by hand: the library costs a door 38 ms of cold start."""
    definition = {
        "Namespace": names.METRICS,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": metric, "Unit": "Count"}],
    }
    stamped = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [definition]}
    return {"_aws": stamped, "service": service, metric: [float(count)]}


class JsonLines(logging.Formatter):
    """Level, time, door and message, then those of FIELDS that the call gave."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "level": record.levelname,
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": record.name,
            "message": record.getMessage(),
        }
        given = {name: str(getattr(record, name, ""))[:_LONGEST] for name in FIELDS}
        return json.dumps(line | {name: value for name, value in given.items() if value})


class _StandardError(logging.Handler):
    """Looks `sys.stderr` up for each line. Standard output belongs to whoever runs the handlers in its own process."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")


def door_logger(service: str) -> logging.Logger:
    """The logger `waymark.<service>` of one door; asking twice gives the same one."""
    logger = logging.getLogger(f"waymark.{service}")
    if not logger.handlers:
        handler = _StandardError()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        # Lambda's own handler on the root logger would write each line a second time.
        logger.propagate = False
    return logger
