"""Processes that work on one SQLite file, to be raced and killed: `python -m tests.adapters.queue_workers <role> …`."""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_queues import SqlQueues
from shared.names import SIGNALS

VISIBILITY = 60


def open_queues(path: str) -> SqlQueues:
    return SqlQueues(open_engine(path), lambda: datetime.now(UTC), VISIBILITY)


def drain(path: str, log: str) -> None:
    """Works until the queue is empty; notes each message while it is in flight."""
    queues = open_queues(path)
    with Path(log).open("a", buffering=1) as notes:
        while queues.depth(SIGNALS):
            for message in queues.receive(SIGNALS):
                notes.write(f"{message.body}\n")
                queues.delete(SIGNALS, message)


def send(path: str) -> None:
    """Sends 1, 2, 3 … and says so after each, until it is killed."""
    queues = open_queues(path)
    for number in count(1):
        queues.send(SIGNALS, str(number), group="airflow-3/alpha", key=str(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def hold(path: str) -> None:
    """Receives one message and never gives it back."""
    queues = open_queues(path)
    (message,) = queues.receive(SIGNALS)
    sys.stdout.write(f"{message.body}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
