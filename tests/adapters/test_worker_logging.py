"""Workers log JSON lines on standard error, so that standard output stays with whoever runs them."""

import json

import pytest

from shared.adapters.worker_logging import worker_logger


def test_a_worker_logs_one_json_line_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logger = worker_logger("observe")
    logger.append_keys(migration="airflow-3/email.notifications")
    logger.info("looked")
    captured = capsys.readouterr()
    line = json.loads(captured.err)
    assert {key: line[key] for key in ("level", "service", "message", "migration")} == {
        "level": "INFO",
        "service": "observe",
        "message": "looked",
        "migration": "airflow-3/email.notifications",
    }
    assert captured.out == ""
