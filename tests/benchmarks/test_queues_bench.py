"""How fast the embedded queues are: at least 500 messages a second through send, receive and delete."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_queues import SqlQueues
from shared.names import SIGNALS

BODY = '{"kind": "ticked"}' * 30


@pytest.fixture
def queues(tmp_path: Path) -> SqlQueues:
    return SqlQueues(open_engine(str(tmp_path / "queues.db")), lambda: datetime.now(UTC), 60)


@pytest.mark.bench
@pytest.mark.parametrize("backlog", [0, 2000])
def test_send_receive_delete(benchmark: BenchmarkFixture, queues: SqlQueues, backlog: int) -> None:
    numbers = count()

    def send() -> None:
        number = next(numbers)
        queues.send(SIGNALS, BODY, group=f"airflow-3/r{number % 66}", key=str(number))

    def through() -> None:
        send()
        (message,) = queues.receive(SIGNALS)
        queues.delete(SIGNALS, message)

    for _ in range(backlog):
        send()

    benchmark(through)

    if benchmark.stats is not None:
        assert benchmark.stats.stats.median < 1 / 500


@pytest.mark.bench
def test_depths_when_nothing_is_there(benchmark: BenchmarkFixture, queues: SqlQueues) -> None:
    benchmark(queues.depths)
