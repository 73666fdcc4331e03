"""A served sandbox is killed at any moment: started again on the same file, it loses nothing and does nothing twice."""

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

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


def test_ten_kills_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    data = tmp_path / "world.db"
    for acts, moment in KILLS:
        served = Served(data)
        drive(served, acts, until=30)
        act(served)
        time.sleep(moment)
        served.kill()
    served = Served(data)
    drive(served, 100, until=60)
    migration = served.migration()
    pulls, runs = served.github("pull_requests"), served.github("runs")
    messages = served.slack("messages?channel=C0MIGRATE")["messages"]
    assert served.stop() == 0

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
    cards = [message["metadata"]["event_payload"]["card"] for message in messages if "metadata" in message]
    assert sorted(cards) == [f"airflow-3/{RESOURCE}#{track}" for track in sorted(("shared", *ENVIRONMENTS))]


def test_a_second_process_is_told_that_the_file_is_in_use(tmp_path: Path) -> None:
    served = Served(tmp_path / "world.db")
    command = [sys.executable, "-m", "sandbox.serve", "--data", str(tmp_path / "world.db")]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert served.stop() == 0
    assert second.returncode != 0
    assert f"{tmp_path / 'world.db'} is in use by another sandbox" in second.stderr


def test_a_restart_keeps_its_address_and_its_secrets(tmp_path: Path) -> None:
    first = Served(tmp_path / "world.db")
    first.kill()
    second = Served(tmp_path / "world.db")
    assert second.ready == first.ready
    assert second.stop() == 0
