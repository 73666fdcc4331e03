"""What the embedded queues do beyond the contract: several processes, killed processes, a virtual clock."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared.adapters.envelope import KNOWN
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_queues import SqlQueues
from shared.names import SIGNALS, skill_queue
from shared.ports.queues import Message
from tests.adapters.queue_workers import open_queues
from tests.fakes.clock import START, FakeClock

VERIFY = skill_queue("verify")
A, B = "airflow-3/alpha", "airflow-3/beta"


def start(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.adapters.queue_workers", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )


def kill(process: "subprocess.Popen[str]") -> str:
    with process:
        process.kill()
        assert process.stdout is not None
        return process.stdout.read()  # communicate() would leave out what readline() has buffered


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "queues.db")


@pytest.fixture
def engine(file: str) -> Iterator[Engine]:
    engine = open_engine(file)
    yield engine
    engine.dispose()


@pytest.fixture
def queues(engine: Engine, clock: FakeClock) -> SqlQueues:
    return SqlQueues(engine, clock, 60)


def test_several_processes_get_every_message_once_and_each_group_in_order(file: str, tmp_path: Path) -> None:
    groups, each = 8, 25
    sender = open_queues(file)
    for number in range(each):
        for group in range(groups):
            sender.send(SIGNALS, f"{group} {number}", group=f"airflow-3/g{group}", key=f"{group} {number}")
    log = tmp_path / "log"

    workers = [start("drain", file, str(log)) for _ in range(4)]

    assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
    for worker in workers:
        worker.communicate()
    seen: dict[str, list[int]] = defaultdict(list)
    for line in log.read_text().splitlines():
        of_group, body = line.split()
        seen[of_group].append(int(body))
    assert seen == {str(group): list(range(each)) for group in range(groups)}


def test_a_killed_sender_has_lost_nothing_that_it_was_told_is_sent(file: str) -> None:
    sender = start("send", file)
    assert sender.stdout is not None
    said = [sender.stdout.readline() for _ in range(50)]
    said += kill(sender).splitlines(keepends=True)
    told = sum(line.endswith("\n") for line in said)

    queues = open_queues(file)
    received = []
    while messages := queues.receive(SIGNALS):
        received += [int(message.body) for message in messages]
        queues.delete(SIGNALS, messages[0])

    assert received in (list(range(1, told + 1)), list(range(1, told + 2)))  # one may be sent and not yet said


def test_what_a_killed_worker_held_is_shown_again_at_the_next_start(file: str) -> None:
    queues = open_queues(file)
    for body in ("1", "2"):
        queues.send(SIGNALS, body, group=A, key=body)
    worker = start("hold", file)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "1\n"
    kill(worker)
    assert queues.receive(SIGNALS) == []

    assert queues.reclaim() == 1

    (again,) = queues.receive(SIGNALS)
    assert (again.body, again.receives) == ("1", 2)


def test_reclaiming_leaves_delays_as_they_are(queues: SqlQueues) -> None:
    queues.send(VERIFY, "later", delay=900)
    queues.send(SIGNALS, "given back", group=A, key="1")
    queues.send(SIGNALS, "in flight", group=B, key="2")
    given_back, _ = queues.receive(SIGNALS, 2)
    queues.release(SIGNALS, given_back, delay=600)

    assert (queues.reclaim(), queues.reclaim()) == (1, 0)

    assert queues.receive(VERIFY) == []
    assert [message.body for message in queues.receive(SIGNALS, 10)] == ["in flight"]


def test_the_next_visible_time_is_that_of_the_first_hidden_message(queues: SqlQueues, clock: FakeClock) -> None:
    assert queues.next_visible_at() is None
    queues.send(SIGNALS, "visible", group=A, key="1")
    assert queues.next_visible_at() is None
    queues.send(VERIFY, "later", delay=900)
    assert queues.next_visible_at() == START + timedelta(seconds=900)
    queues.receive(SIGNALS)
    assert queues.next_visible_at() == START + timedelta(seconds=60)


def test_at_the_next_visible_time_the_message_is_received(queues: SqlQueues, clock: FakeClock) -> None:
    clock.now = START + timedelta(microseconds=123_999)
    queues.send(VERIFY, "later", delay=7)

    clock.now = queues.next_visible_at() or START

    assert [message.body for message in queues.receive(VERIFY)] == ["later"]


def test_depths_names_every_queue(queues: SqlQueues) -> None:
    queues.send(SIGNALS, "1", group=A, key="1")
    queues.send(SIGNALS, "2", group=A, key="2")
    queues.send(VERIFY, "later", delay=900)
    queues.receive(SIGNALS)

    assert queues.depths() == dict.fromkeys(KNOWN, 0) | {SIGNALS: 2, VERIFY: 1}


def test_an_hour_of_keys_does_not_pile_up(queues: SqlQueues, clock: FakeClock, engine: Engine) -> None:
    for number in range(12):
        queues.send(SIGNALS, "x", group=A, key=str(number))
        clock.advance(300)

    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM queue_keys").scalar_one() == 1


def test_what_its_function_has_given_back_stays_as_it_was_given(file: str) -> None:
    clock = FakeClock()
    queues = SqlQueues(open_engine(file), clock, 60)
    queues.send(SIGNALS, "a", group=A, key="1")
    (message,) = queues.receive(SIGNALS)

    queues.release(SIGNALS, message, 30)
    queues.release(SIGNALS, message, 0)

    assert queues.receive(SIGNALS) == []
    clock.advance(30)
    assert [one.body for one in queues.receive(SIGNALS)] == ["a"]


def test_a_receipt_of_another_queue_is_without_effect(file: str) -> None:
    queues = SqlQueues(open_engine(file), FakeClock(), 60)
    queues.send(SIGNALS, "a", group=A, key="1")
    queues.delete(SIGNALS, Message("1", "AQEBwJnK", "a", A, 1))
    assert queues.depth(SIGNALS) == 1
