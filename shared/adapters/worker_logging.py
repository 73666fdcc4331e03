"""Logs of the workers. They load pydantic and more anyway, so they can afford a logging library; the doors cannot."""

import sys

from aws_lambda_powertools import Logger


def worker_logger(service: str) -> Logger:
    """A logger of JSON lines on standard error; `append_keys` adds the ids to search for."""
    return Logger(service=service, stream=sys.stderr, utc=True)
