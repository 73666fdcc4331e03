"""The command `migrate` as it is typed, on a data file that holds the example and that nobody serves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from shared import bootstrap
from tests.stories import EXAMPLES

PLAN = EXAMPLES / "airflow-3.plan.yaml"
CAMPAIGN = EXAMPLES / "airflow-3.campaign.yaml"


def migrate(*words: str | Path, charset: str = "utf-8", **environment: str) -> Result:
    """Exit code, standard output and standard error of one command, 80 columns wide where nothing else is said."""
    return CliRunner(charset=charset, env={"COLUMNS": "80", **environment}).invoke(app, [*map(str, words)])


def no_traceback(result: Result) -> bool:
    """Whether it ended by itself."""
    return result.exception is None or isinstance(result.exception, SystemExit)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data file with the example applied."""
    file = tmp_path / "trial.db"
    file.touch()
    assert migrate("plan", "publish", PLAN, "--data", file).exit_code == 0
    assert migrate("campaign", "apply", CAMPAIGN, "--data", file).exit_code == 0
    yield file
    bootstrap.use(None)


def another_campaign(data: Path, name: str) -> None:
    """Applies the example once more, under this name."""
    file = data.with_name(f"{name}.yaml")
    text = CAMPAIGN.read_text(encoding="utf-8").replace("campaign: airflow-3", f"campaign: {name}")
    file.write_text(text, encoding="utf-8")
    assert migrate("campaign", "apply", file, "--data", data).exit_code == 0
