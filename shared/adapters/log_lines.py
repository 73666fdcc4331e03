"""Reads the functions' log lines: from CloudWatch Logs, or from a file of what a local process wrote."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from shared import names
from shared.adapters.aws_errors import error_code, translated
from shared.errors import InvalidInputError
from shared.ports.logs import LogLine

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient

MOST_PAGES: Final = 200
"""Pages of one function's log: CloudWatch answers with empty ones while it searches."""
MOST_LINES: Final = 1000
"""Lines of one function."""
_OWN: Final = frozenset({"timestamp", "service", "message"})
_UNQUOTED: Final = {ord(chr(34)): None, ord("\\"): None}


def log_group(function: str) -> str:
    """The log group of a function of `names.FUNCTIONS`."""
    return f"/aws/lambda/waymark-{function.replace('_', '-')}"


def logs_client() -> "CloudWatchLogsClient":
    """A client for the region and credentials that boto3 finds."""
    return boto3.client("logs")


class CloudWatchLogLines:
    """The port LogLines: each function's log group is searched; a function that is not deployed has none."""

    def __init__(self, client: "CloudWatchLogsClient") -> None:
        self._client = client

    def about(self, ids: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        found = [line for function in names.FUNCTIONS for line in self._of(function, ids, since, until)]
        return sorted(found, key=lambda line: line.at)

    def _of(self, function: str, ids: Sequence[str], since: datetime, until: datetime) -> list[LogLine]:
        lines: list[LogLine] = []
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=log_group(function),
            startTime=_milliseconds(since),
            endTime=_milliseconds(until),
            filterPattern=pattern(ids),
        )
        try:
            for page in islice(pages, MOST_PAGES):
                lines += read(_naming(ids, (event["message"] for event in page["events"])))
                if len(lines) >= MOST_LINES:
                    break
        except (ClientError, BotoCoreError) as exc:
            if isinstance(exc, ClientError) and error_code(exc) == "ResourceNotFoundException":
                return []
            raise translated(exc, f"read the log group {log_group(function)}") from exc
        return lines[:MOST_LINES]


class FileLogLines:
    """The port LogLines, on a file of lines as the functions write them to standard error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def about(self, ids: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        try:
            text = self._path.read_text(errors="replace")
        except OSError as exc:
            raise InvalidInputError((f"The log {self._path} cannot be read: {exc.strerror}.",)) from exc
        return sorted(
            (line for line in read(_naming(ids, text.splitlines())) if since <= line.at <= until),
            key=lambda line: line.at,
        )


def pattern(ids: Sequence[str]) -> str:
    """What CloudWatch is asked for: any of these terms, each as a whole."""
    return " ".join(f'?"{one.translate(_UNQUOTED)}"' for one in ids)


def read(lines: Iterable[str]) -> Iterator[LogLine]:
    """The lines that are log lines of ours; Lambda's own, and metrics, are passed over."""
    for line in lines:
        try:
            document = json.loads(line)
            at = datetime.fromisoformat(document["timestamp"])
            said = str(document["message"])
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        fields = {name: value for name, value in document.items() if name not in _OWN}
        yield LogLine(at if at.tzinfo else at.replace(tzinfo=UTC), str(document.get("service", "")), said, fields)


def _naming(ids: Sequence[str], lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if any(one in line for one in ids))


def _milliseconds(moment: datetime) -> int:
    return max(0, round(moment.timestamp() * 1000))
