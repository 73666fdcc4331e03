"""A log line is one JSON object with the fields we named, whatever a caller hands over."""

import json
import logging

import pytest

from shared.observability import FIELDS, door_logger


def test_asking_twice_gives_the_same_logger_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    door_logger("twice").info("once")
    assert door_logger("twice") is door_logger("twice")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_fields_without_a_name_of_ours_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    door_logger("fields").warning("told", extra={"reason": "because", "body": "private", "token": "private"})
    line = json.loads(capsys.readouterr().err)
    assert {key: value for key, value in line.items() if key != "timestamp"} == {
        "level": "WARNING",
        "service": "waymark.fields",
        "message": "told",
        "reason": "because",
    }


def test_a_field_can_neither_end_the_line_nor_flood_it(capsys: pytest.CaptureFixture[str]) -> None:
    door_logger("flood").info("told", extra={"delivery": 'x\n{"level": "FORGED"}', "reason": "y" * 100_000})
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["delivery"] == 'x\n{"level": "FORGED"}'
    assert len(line) < 1000


def test_no_field_clashes_with_what_logging_itself_keeps() -> None:
    own = set(vars(logging.makeLogRecord({})))
    assert own & set(FIELDS) == set()
