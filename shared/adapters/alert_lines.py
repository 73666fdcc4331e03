"""Alerts where there is no topic: a line of the log, or of a file that the sandbox shows."""

import json
from pathlib import Path

from shared.adapters.worker_logging import worker_logger

ALERT = "escalation"
"""What an alarm on the logs counts, as `alert`."""


class LoggedAlerts:
    """Implements Alerts with a line of the log each: nobody is reached but by an alarm on the logs."""

    def alert(self, subject: str, text: str) -> None:
        worker_logger("cards").warning(
            "no alert_topic is set: nobody is reached", extra={"alert": ALERT, "subject": subject, "text": text}
        )


class FileAlerts:
    """Implements Alerts with a line of JSON each: `subject`, `text`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def alert(self, subject: str, text: str) -> None:
        line = json.dumps({"subject": subject, "text": text})
        with self._path.open("a") as file:
            file.write(f"{line}\n")


def alerts_in(path: Path) -> list[dict[str, str]]:
    """What was told so far, oldest first; nothing where there is no such file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
