"""The implementations of Outbox and Inbox that the contract suites run on: in memory, on SQLite, and SQS on a local AWS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_queues import SqlQueues
from shared.adapters.sqs import SqsQueues, sqs_client
from shared.adapters.sqs_queues_setup import create_queues
from shared.names import MAX_RECEIVES, SIGNALS, skill_queue
from shared.ports.queues import Inbox, Message, Outbox
from tests.fakes.clock import FakeClock
from tests.fakes.queues import FakeQueues

VERIFY = skill_queue("verify")
A, B = "airflow-3/alpha", "airflow-3/beta"
VISIBILITY = 60
_prefixes = count(1)


class Queues(Outbox, Inbox, Protocol):
    pass


@dataclass
class Subject:
    queues: Queues
    clock: FakeClock | None = None
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    def send(self, *bodies: str, queue: str = SIGNALS, group: str = A) -> None:
        for body in bodies:
            self.queues.send(queue, body, group=group, key=f"key-{next(self.keys)}")

    def receive(self, queue: str = SIGNALS, limit: int = 1) -> list[str]:
        return [message.body for message in self.queues.receive(queue, limit)]

    def one(self, queue: str = SIGNALS) -> Message:
        (message,) = self.queues.receive(queue)
        return message

    def exhaust(self, queue: str = SIGNALS) -> None:
        for _ in range(MAX_RECEIVES):
            self.queues.release(queue, self.one(queue))


@dataclass
class TimedSubject(Subject):
    clock: FakeClock = field(default_factory=FakeClock)


def _fake(_: pytest.FixtureRequest, clock: FakeClock) -> Queues:
    return FakeQueues(clock, VISIBILITY)


def _sqlite(request: pytest.FixtureRequest, clock: FakeClock) -> Queues:
    path: Path = request.getfixturevalue("tmp_path")
    engine = open_engine(str(path / "queues.db"))
    request.addfinalizer(engine.dispose)
    return SqlQueues(engine, clock, VISIBILITY)


def use_local_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def _sqs(request: pytest.FixtureRequest, _: FakeClock) -> Queues:
    use_local_credentials(request.getfixturevalue("monkeypatch"))
    client = sqs_client(request.getfixturevalue("ministack"))
    return SqsQueues(client, create_queues(client, name_prefix=f"test{next(_prefixes)}-", visibility=VISIBILITY))


EMBEDDED: list[Callable[[pytest.FixtureRequest, FakeClock], Queues]] = [_fake, _sqlite]
EVERY = [*EMBEDDED, pytest.param(_sqs, marks=pytest.mark.engine)]
