"""A served sandbox is killed at any moment: started again on the same file, it loses nothing and does nothing twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.deployment.server import MockAirflow
from tests.e2e.served import RESOURCE, Served, act, drive

ENVIRONMENTS = ("test", "prod-us", "prod-eu")
KILLS = (
    # (acts before the last one, seconds between the last one and the kill)
    (0, 0.0),
    (0, 0.05),
    (1, 0.02),
    (1, 0.15),
    (1, 0.0),
    (2, 0.08),
    (2, 0.01),
    (2, 0.3),
    (2, 0.04),
    (3, 0.12),
)
"""Ten moments, spread over the migration: while a command, a merge, a run's end or a click is being worked on."""


Serve = Callable[[Path], Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts processes; none outlives its test."""
    started: list[Served] = []

    def start(data: Path) -> Served:
        started.append(Served(data))
        return started[-1]

    yield start
    for served in started:
        served.kill()


def test_ten_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path, serve: Serve) -> None:
    data = tmp_path / "world.db"
    acknowledged = 0
    for acts, moment in KILLS:
        served = serve(data)
        drive(served, acts, until=30)
        act(served)
        time.sleep(moment)
        served.kill()
        acknowledged += served.acknowledged
    served = serve(data)
    drive(served, 100, until=60)
    migration = served.migration()
    pulls, runs = served.github("pull_requests"), served.github("runs")
    messages = served.slack("messages?channel=C0MIGRATE")["messages"]
    events = served.migration("/history?limit=1000")["events"]
    assert served.stop() == 0

    acts_recorded = {event["signal"] for event in events if event["actor"].startswith("slack:")}
    assert len(acts_recorded) == acknowledged + served.acknowledged, "an act that the door took was lost"
    assert migration["status"] == "completed"
    assert Counter(pull["head"] for pull in pulls) == {
        f"waymark/airflow-3/{RESOURCE}/shared/code_migration.rewrite": 1,
        **{f"waymark/airflow-3/{RESOURCE}/{name}/infra.pull_request": 1 for name in ENVIRONMENTS},
    }
    assert [pull["state"] for pull in pulls] == ["merged"] * 4
    assert Counter(run["inputs"]["environment"] for run in runs) == dict.fromkeys(ENVIRONMENTS, 1)
    assert len({run["inputs"]["waymark_operation"] for run in runs}) == 3
    airflow = MockAirflow(tmp_path / "world.db.airflow.db", lambda: datetime.now(UTC))
    try:
        for name in ENVIRONMENTS:
            assert airflow.acts(RESOURCE, name) == {f"dag_{number:02d}": 1 for number in range(1, 11)}
    finally:
        airflow.close()
    posted = [message["metadata"]["event_payload"]["card"] for message in messages if "metadata" in message]
    cards = [key for key in posted if "@" not in key and "#wave:" not in key]
    assert len(set(posted)) == len(posted), "something was posted twice"
    assert sorted(cards) == [f"airflow-3/{RESOURCE}#{track}" for track in sorted(("shared", *ENVIRONMENTS))]


def test_a_second_process_is_told_that_the_file_is_in_use(tmp_path: Path, serve: Serve) -> None:
    served = serve(tmp_path / "world.db")
    command = [sys.executable, "-m", "sandbox.serve", "--data", str(tmp_path / "world.db")]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert served.stop() == 0
    assert second.returncode != 0
    assert f"{tmp_path / 'world.db'} is in use by another process" in second.stderr


def test_a_restart_keeps_its_address_and_its_secrets(tmp_path: Path, serve: Serve) -> None:
    first = serve(tmp_path / "world.db")
    first.kill()
    second = serve(tmp_path / "world.db")
    assert second.ready == first.ready
    assert second.stop() == 0
