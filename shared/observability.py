"""Logs of the doors: one JSON object a line, with the standard library alone.

A logging library would cost a door 40 ms of cold start. Only the fields named here are written, so that no body and no
secret can slip in.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

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
)
"""What may come as `extra={…}`; `request` and `delivery` are the ids to search for."""
_LONGEST: Final = 500


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
