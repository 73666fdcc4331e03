"""A stage's file: what is missing or wrong is named with its place, and no credential gets in."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from state_schema.stage import FOLDER, Stage, is_stage_name

ROOT = Path(__file__).parents[2]


def a_stage(**changes: Any) -> dict[str, Any]:
    github = {"app_id": "1", "installation_id": "2", "bot_id": "3"}
    return {"name": "trial", "region": "eu-central-1", "github": github, "slack": {"team": "T0ACME"}} | changes


@pytest.mark.parametrize("file", sorted((ROOT / FOLDER).glob("*.toml")), ids=lambda file: file.stem)
def test_the_committed_stages_are_valid_and_named_like_their_files(file: Path) -> None:
    assert Stage.from_toml(file.read_text(encoding="utf-8")).name == file.stem


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": "Production!"}, "name"),
        ({"region": "Frankfurt"}, "region"),
        ({"account": "1234"}, "account"),
        ({"python": "2.7"}, "python"),
        ({"skill_timeout": 901}, "skill_timeout"),
        ({"concurrency": {"verify": 1}}, "concurrency.verify"),
        ({"batches": [{"campaign": "airflow-3", "schedule": "now and then"}]}, "batches.0.schedule"),
        ({"github": {"app_id": "my-app", "installation_id": "2", "bot_id": "3"}}, "github.app_id"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Stage.model_validate(a_stage(**changes))
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [place]


def test_a_credential_is_refused_with_its_place() -> None:
    with pytest.raises(ValidationError, match="title_prefix looks like a credential"):
        Stage.model_validate(a_stage(title_prefix="ghp_" + "a" * 36))


def test_a_file_that_is_no_toml_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Expected"):
        Stage.from_toml("name: trial")


@pytest.mark.parametrize("name", ["../production", "", "a" * 17, "Prod"])
def test_no_other_file_is_read_as_a_stage(name: str) -> None:
    assert not is_stage_name(name)
