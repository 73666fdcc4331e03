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
from shared.errors import NO_SECRET, SETTINGS, UNREADABLE, PermanentError

FIELDS: Final = (
    "correlation",
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
"""What may come as `extra={…}`. `correlation` is on every line: where nothing else is given, it is the request's id."""
_LONGEST: Final = 500
_ALERTS: Final = {NO_SECRET: "secret", SETTINGS: "settings", UNREADABLE: "unreadable"}
"""By the error's code."""


def alert_of(error: PermanentError) -> str:
    """What an alarm counts as `alert` for this error; empty where it is no matter for one."""
    return _ALERTS.get(error.code, "")


def tell_unexpected(log: logging.Logger, message: str, kind: str, told: Mapping[str, object]) -> None:
    """Logs one unexpected operation, a kind of `names.UNEXPECTED`, and counts it: a second line, in CloudWatch's embedded
    metric format. Silent where the logger is.
    """
    log.warning(message, extra={**told, "unexpected": kind})
    count(log, names.UNEXPECTED[kind])


def count(log: logging.Logger, metric: str) -> None:
    """Counts one, in a line of CloudWatch's embedded metric format. Silent where the logger is."""
    if log.isEnabledFor(logging.WARNING):
        sys.stderr.write(json.dumps(metric_document(log.name, metric)) + "\n")


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
    """Level, time, door and message, named as the workers' lines name them; then those of FIELDS that the call gave."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "level": record.levelname,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": record.name,
            "message": record.getMessage(),
        }
        given = {name: str(getattr(record, name, ""))[:_LONGEST] for name in FIELDS}
        given["correlation"] = given["correlation"] or given["request"]
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
