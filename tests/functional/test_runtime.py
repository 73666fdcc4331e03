"""The runtime stands in for Lambda: what it does with what a handler answers."""

from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.runtime import Runtime
from shared import names
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_queues import SqlQueues

Event = dict[str, Any]


class Function:
    """A handler that fails for some bodies and notes what it was called with."""

    def __init__(self, *poison: str, raises: bool = False) -> None:
        self.poison = set(poison)
        self.raises = raises
        self.events: list[Event] = []

    def __call__(self, event: Event, context: object) -> Event:
        self.events.append(event)
        bad = [record["messageId"] for record in event["Records"] if record["body"] in self.poison]
        if bad and self.raises:
            raise RuntimeError("a bug")
        return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}

    @property
    def bodies(self) -> list[str]:
        return [record["body"] for event in self.events for record in event["Records"]]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def queues(tmp_path: Path, clock: VirtualClock) -> SqlQueues:
    return SqlQueues(open_engine(str(tmp_path / "queues.db")), clock.now, 360)


def all_of(runtime: Runtime, clock: VirtualClock, seconds: int = 600) -> None:
    """Drains again and again while time goes by."""
    for _ in range(seconds // 10):
        runtime.drain()
        clock.advance_to(clock.now() + timedelta(seconds=10))


def test_only_what_failed_comes_back(queues: SqlQueues, clock: VirtualClock) -> None:
    function = Function("b")
    runtime = Runtime(queues, clock.now, {names.CARDS: function})
    for body in "abc":
        queues.send(names.CARDS, body, group=body, key=body)
    runtime.drain()
    assert function.bodies == ["a", "b", "c"]
    assert queues.depth(names.CARDS) == 1
    function.poison.clear()
    all_of(runtime, clock, 20)
    assert function.bodies == ["a", "b", "c", "b"]
    assert queues.depth(names.CARDS) == 0


@pytest.mark.parametrize("raises", [False, True])
def test_a_poison_message_goes_to_the_dead_letter_queue_and_blocks_nobody_else(
    queues: SqlQueues, clock: VirtualClock, raises: bool
) -> None:
    function = Function("poison", raises=raises)
    runtime = Runtime(queues, clock.now, {names.SIGNALS: function})
    queues.send(names.SIGNALS, "poison", group="airflow-3/one", key="1")
    queues.send(names.SIGNALS, "after it", group="airflow-3/one", key="2")
    queues.send(names.SIGNALS, "of another migration", group="airflow-3/two", key="3")
    runtime.drain()
    assert function.bodies == ["poison", "of another migration"]
    all_of(runtime, clock)
    assert function.bodies.count("poison") == names.MAX_RECEIVES
    assert function.bodies[-1] == "after it"
    assert queues.depth(names.SIGNALS) == 0
    assert [one.body for one in queues.receive(names.dead_letter_queue(names.SIGNALS))] == ["poison"]


def test_a_message_comes_in_the_shape_of_an_sqs_record(queues: SqlQueues, clock: VirtualClock) -> None:
    function = Function()
    queues.send(names.SIGNALS, "body", group="airflow-3/one", key="1")
    Runtime(queues, clock.now, {names.SIGNALS: function}).drain()
    record = function.events[0]["Records"][0]
    at = record["attributes"].pop("SentTimestamp")
    assert at.isdecimal()
    assert record == {
        "messageId": "1",
        "receiptHandle": "1:1",
        "body": "body",
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SenderId": "111122223333:sandbox",
            "ApproximateFirstReceiveTimestamp": at,
            "MessageGroupId": "airflow-3/one",
            "MessageDeduplicationId": "1",
            "SequenceNumber": "1",
        },
        "messageAttributes": {},
        "md5OfBody": "841a2d689ad86bd1611447453c22c6fc",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:waymark-signals.fifo",
        "awsRegion": "eu-central-1",
    }


def test_once_it_is_to_stop_the_batch_at_hand_is_the_last_one(queues: SqlQueues, clock: VirtualClock) -> None:
    stop = Flag()

    def last(event: Event, context: object) -> Event:
        stop.set()
        return {"batchItemFailures": []}

    after = Function()
    runtime = Runtime(queues, clock.now, {names.SIGNALS: last, names.CARDS: after})
    for queue in (names.SIGNALS, names.CARDS):
        queues.send(queue, "a", group="g", key="k")

    assert runtime.drain(stop) == 1
    assert (after.bodies, queues.depth(names.SIGNALS), queues.depth(names.CARDS)) == ([], 0, 1)
