"""A fixture for tests that read the log: every test of a module that imports it hears everything."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the tests before kept out of the terminal."""
    for variable in ("POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_DISABLED"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    loggers = [
        logging.getLogger(name)
        for name in ("advance", "park", "waymark.github-webhook", "waymark.slack", "waymark.commands")
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
