"""A stage that is written as a file is the same when it is read, whatever stands in it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.stage_file import stage_file
from state_schema.stage import FOLDER, Stage

ROOT = Path(__file__).parents[2]
WHOLE = {
    "name": "trial",
    "region": "eu-central-1",
    "account": "111122223333",
    "own_runtime": True,
    "github": {"app_id": "1", "installation_id": "2", "bot_id": "3"},
    "slack": {"team": "T0ACME", "pace": 2.5},
    "api": {"rate": 7, "jwt": {"issuer": "https://login.example.com", "audience": ["a", "b"]}},
    "alarms": {"emails": ["platform@example.com"], "checkpoint_hours": 5},
    "concurrency": {"run_workflow": 2},
    "batches": [
        {"campaign": "airflow-3", "schedule": "rate(15 minutes)"},
        {"campaign": "tables", "schedule": "cron(0 8 ? * MON-FRI *)"},
    ],
    "deploy": {"repository": "acme/waymark"},
}


@pytest.mark.parametrize("file", sorted((ROOT / FOLDER).glob("*.toml")), ids=lambda file: file.stem)
def test_the_committed_stages_can_be_written_again(file: Path) -> None:
    stage = Stage.from_toml(file.read_text(encoding="utf-8"))

    assert Stage.from_toml(stage_file(stage)) == stage


def test_every_kind_of_field_is_written() -> None:
    stage = Stage.model_validate(WHOLE)

    assert Stage.from_toml(stage_file(stage)) == stage


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_quoted_so_that_it_stays_itself(text: str) -> None:
    stage = Stage.model_validate(WHOLE | {"title_prefix": text, "deployment_url": f"{text}\\\"'#"})

    assert Stage.from_toml(stage_file(stage)) == stage


def test_a_key_that_is_not_bare_is_quoted() -> None:
    stage = Stage.model_validate(WHOLE | {"concurrency": {'a "skill".x': 2}})

    assert Stage.from_toml(stage_file(stage)) == stage
