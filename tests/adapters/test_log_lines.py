"""Log lines of a journey: each function's group is searched, and a log that is not there or not ours holds up nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from mypy_boto3_logs.client import CloudWatchLogsClient

from shared import names
from shared.adapters.log_lines import CloudWatchLogLines, FileLogLines, log_group, pattern, read
from shared.errors import InvalidInputError, PermanentError

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BEGIN, END = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def a_line(began: str, at: datetime = NOW, service: str = "advance") -> str:
    stamp = at.isoformat(timespec="milliseconds")
    line = {"level": "INFO", "timestamp": stamp, "service": service, "message": "signal", "correlation": began}
    return json.dumps(line)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudWatchLogsClient]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("logs", region_name="eu-central-1")


def written(client: CloudWatchLogsClient, function: str, *messages: str) -> None:
    group = log_group(function)
    client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName="one")
    events = [{"timestamp": round(NOW.timestamp() * 1000) + n, "message": text} for n, text in enumerate(messages)]
    client.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)  # type: ignore[arg-type]


def test_the_lines_of_all_functions_come_in_the_order_of_their_times(client: CloudWatchLogsClient) -> None:
    written(client, "advance", a_line("delivery-1", NOW + timedelta(seconds=2)), a_line("delivery-2"))
    written(client, "github_webhook", "START RequestId: delivery-1", a_line("delivery-1", service="door"), "{}")

    found = CloudWatchLogLines(client).about(["delivery-1"], BEGIN, END)

    assert [(line.service, line.at) for line in found] == [("door", NOW), ("advance", NOW + timedelta(seconds=2))]
    assert found[0].fields == {"level": "INFO", "correlation": "delivery-1"}


def test_a_function_that_is_not_deployed_has_no_log(client: CloudWatchLogsClient) -> None:
    assert CloudWatchLogLines(client).about(["delivery-1"], BEGIN, END) == []


def test_whoever_may_not_read_the_logs_is_told_which(
    monkeypatch: pytest.MonkeyPatch, client: CloudWatchLogsClient
) -> None:
    class Denied:
        def paginate(self, **_: object) -> Iterator[object]:
            said = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
            yield from ()
            raise ClientError(said, "FilterLogEvents")  # type: ignore[arg-type]

    monkeypatch.setattr(client, "get_paginator", lambda _: Denied())

    with pytest.raises(PermanentError, match="/aws/lambda/waymark-github-webhook"):
        CloudWatchLogLines(client).about(["delivery-1"], BEGIN, END)


def test_every_function_has_a_group_by_its_name() -> None:
    assert log_group("run_workflow") == "/aws/lambda/waymark-run-workflow"
    assert len({log_group(function) for function in names.FUNCTIONS}) == len(names.FUNCTIONS)


def test_an_id_cannot_break_out_of_its_quotes() -> None:
    assert pattern(['a" ?"b', "c\\"]) == '?"a ?b" ?"c"'


@pytest.mark.parametrize("line", ["", "null", "[]", "{}", '{"timestamp": 7}', '{"timestamp": "2026"}', "[" * 100_000])
def test_what_is_no_line_of_ours_is_passed_over(line: str) -> None:
    assert list(read([line])) == []


def test_a_file_is_read_as_far_as_it_is_of_that_time(tmp_path: Path) -> None:
    log = tmp_path / "waymark.log"
    early = a_line("delivery-1", BEGIN - timedelta(seconds=1))
    log.write_bytes(b"\xff\xfe\n" + "\n".join([early, a_line("delivery-2"), a_line("delivery-1")]).encode())

    assert [line.at for line in FileLogLines(log).about(["delivery-1"], BEGIN, END)] == [NOW]


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        FileLogLines(tmp_path).about(["x"], BEGIN, END)
