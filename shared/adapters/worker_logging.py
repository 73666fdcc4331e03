"""Logs of the workers. They load pydantic and more anyway, so they can afford a logging library; the doors cannot."""

import sys
from typing import IO, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter


class _StandardError:
    """Looks `sys.stderr` up for each line: a logger outlives the test or command that first asked for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def worker_logger(service: str) -> Logger:
    """A logger of JSON lines on standard error, whose fields are named as those of the doors."""
    formatter = LambdaPowertoolsFormatter(
        log_record_order=["level", "timestamp", "service", "message"], utc=True, use_rfc3339=True, location=None
    )
    stream = cast("IO[str]", _StandardError())
    return Logger(service=service, stream=stream, logger_formatter=formatter)
