"""`migrate freeze`, `except`, `pause all` and what `status` says of them, as they are typed, on a real data file."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from sandbox.fresh import apply_campaign
from shared import bootstrap
from shared.adapters.secrets import FixedSecrets
from shared.settings import Settings
from tests.fakes.clock import FakeClock
from tests.stories import the_campaign, the_plan

PEOPLE = {"operators": ["principal:local"], "approvers": ["slack:T0ACME/U_APPROVER"]}
NOW = datetime.now(UTC)
END = (NOW + timedelta(days=2)).replace(second=0, microsecond=0)
MOMENT = f"{END:%Y-%m-%d %H:%M} UTC"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Two campaigns of the operator of this machine."""
    file = tmp_path / "waymark.db"
    engine = bootstrap.Composition(
        Settings(data=str(file)), FixedSecrets({}), FakeClock(datetime.now(UTC)), lambda: 1.0
    ).engine
    for name in ("airflow-3", "tables-2"):
        apply_campaign(engine, the_plan(), the_campaign(campaign=name, people=PEOPLE, windows=[]), NOW)
    yield file
    bootstrap.use(None)


def migrate(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)])


def status(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(migrate(data, "status", "--campaign", "airflow-3", "--json").stdout)[0]
    return found


def test_a_freeze_and_an_exception_are_typed_and_shown(data: Path) -> None:
    one = ("--campaign", "airflow-3")
    frozen = migrate(data, "freeze", "environment", "prod-us", "until", END.isoformat(), "Release", "week", *one)
    assert (frozen.exit_code, frozen.stderr) == (0, "")
    assert frozen.stdout.startswith(f"Froze environment prod-us until {MOMENT}: nothing more starts before;")
    assert migrate(data, "except", "billing.reports", "prod-us", "Disk is full", *one).exit_code == 0
    alone = migrate(data, "except", "billing.reports", "prod-us", *one)
    assert alone.exit_code == 1
    assert "principal:local asked for this exception" in alone.stderr

    wants = "it wants a second person: `/migrate except billing.reports prod-us`"
    shown = migrate(data, "status", *one).stdout.splitlines()
    assert shown[:2] == [
        f"Frozen until {MOMENT}: environment prod-us, by principal:local: Release week",
        f"Exception until {MOMENT}: billing.reports prod-us, asked by principal:local: Disk is full; {wants}",
    ]
    of_one = migrate(data, "status", "billing.reports", *one).stdout.splitlines()
    assert of_one[:2] == shown[:2]
    document = status(data)
    assert document["freezes"]["environment:prod-us"]["reason"] == "Release week"
    assert document["exceptions"]["billing.reports/prod-us"]["approved_by"] is None


def test_all_campaigns_are_paused_without_naming_one(data: Path) -> None:
    paused = migrate(data, "pause", "all", "The network is down")
    assert (paused.exit_code, paused.stderr) == (0, "")
    assert paused.stdout.startswith("Paused all 2 campaigns: nothing more starts; nothing is running.")
    assert list(status(data)["pauses"]) == ["all"]

    assert migrate(data, "resume", "all").exit_code == 0
    assert status(data)["pauses"] == {}


@pytest.mark.parametrize("verb", ["pause", "resume", "freeze", "except"])
def test_the_help_of_each_has_an_example(verb: str) -> None:
    shown = CliRunner().invoke(app, [verb, "--help"]).stdout

    assert f"Example: migrate {verb} " in shown
