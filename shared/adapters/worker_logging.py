"""Logs of the workers. They load pydantic and more anyway, so they can afford a logging library; the doors cannot."""

import sys
from typing import IO, cast

from aws_lambda_powertools import Logger


class _StandardError:
    """Looks `sys.stderr` up for each line: a logger outlives the test or command that first asked for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def worker_logger(service: str) -> Logger:
    """A logger of JSON lines on standard error; `append_keys` adds the ids to search for."""
    return Logger(service=service, stream=cast("IO[str]", _StandardError()), utc=True)
