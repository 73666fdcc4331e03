"""What `migrate init` takes over: a person's own answers of an earlier time, and nothing of the stages of the checkout."""

import json
import shutil
from pathlib import Path

import pytest

from cli.setup_answers import COMMITTED, NOT_YET
from state_schema.stage import FOLDER, DeployRole, Stage
from tests.functional.command_line import no_traceback
from tests.functional.init_command import ANSWERS, FILES, PLAIN, answered, init, written


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    return tmp_path


def test_in_a_fresh_clone_enter_writes_a_stage_that_holds_nothing_of_the_example(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    for there in COMMITTED:
        shutil.copy(Path(FOLDER, f"{there}.toml"), tmp_path / FOLDER)

    result = init(tmp_path, typed=["", *PLAIN[1:8], "T0OCTO", *PLAIN[9:]])

    assert result.exit_code == 0, result.output
    stage = Stage.from_toml(written(tmp_path, f"{FOLDER}/production.toml"))
    expected = {"region": "eu-central-1", "github": dict.fromkeys(("app_id", "installation_id", "bot_id"), NOT_YET)}
    assert stage.model_dump(exclude_defaults=True) == {"name": "production", "slack": {"team": "T0OCTO"}, **expected}


@pytest.mark.parametrize("stage", sorted(COMMITTED))
def test_a_stage_that_comes_with_the_checkout_answers_nothing(checkout: Path, stage: str) -> None:
    result = init(checkout, "--answers", answered(checkout, ANSWERS.replace("trial", stage)), "--force")

    assert (result.exit_code, no_traceback(result)) == (2, True)
    assert f"the stage `{stage}` comes with Waymark; call yours otherwise" in result.stderr


def test_the_same_again_writes_nothing(checkout: Path) -> None:
    init(checkout, "--answers", answered(checkout))

    again = init(checkout, "--answers", answered(checkout), "--json")

    assert (again.exit_code, json.loads(again.stdout)["written"]) == (0, [])


def test_what_differs_is_shown_and_kept_unless_forced(checkout: Path) -> None:
    init(checkout, "--answers", answered(checkout))
    before = {one: written(checkout, one) for one in FILES}
    other = answered(checkout, ANSWERS.replace("T0ACME", "T0OTHER"))

    refused = init(checkout, "--answers", other)

    assert refused.exit_code == 1
    assert '-team = "T0ACME"' in refused.stderr
    assert '+team = "T0OTHER"' in refused.stderr
    assert {one: written(checkout, one) for one in FILES} == before

    assert init(checkout, "--answers", other, "--force").exit_code == 0
    assert Stage.from_toml(written(checkout, FILES[0])).slack.team == "T0OTHER"


def test_what_only_a_person_wrote_into_the_stage_stays_when_it_is_asked_again(checkout: Path) -> None:
    init(checkout, typed=PLAIN)
    file = checkout / FILES[0]
    file.write_text(file.read_text() + '\n[[batches]]\ncampaign = "airflow-3"\nschedule = "rate(15 minutes)"\n')

    result = init(checkout, "--force", typed=["trial", *[""] * 13])

    assert result.exit_code == 0, result.output
    assert [one.campaign for one in Stage.from_toml(written(checkout, FILES[0])).batches] == ["airflow-3"]
    assert written(checkout, FILES[1])["url"] == "https://github.com/acme"


def test_what_is_kept_unasked_is_told(checkout: Path) -> None:
    init(
        checkout, "--answers", answered(checkout, ANSWERS.replace("[apps]", "[concurrency]\nrun_workflow = 2\n[apps]"))
    )

    result = init(checkout, typed=["trial", *[""] * 13])

    assert f"Kept as {FOLDER}/trial.toml has it, and not asked: concurrency." in result.stderr


def test_a_provider_is_asked_about_only_where_a_repository_may_deploy(checkout: Path) -> None:
    assert "OpenID Connect" not in init(checkout, typed=PLAIN).stderr
    assert "OpenID Connect" in init(checkout, "--force", typed=[*PLAIN[:12], "acme/waymark", "", ""]).stderr


def test_a_provider_that_was_made_for_the_role_stays_when_it_is_asked_again(checkout: Path) -> None:
    init(checkout, typed=[*PLAIN[:12], "acme/waymark", "n", ""])

    result = init(checkout, typed=["trial", *[""] * 14])

    assert result.exit_code == 0, result.output
    deploy = Stage.from_toml(written(checkout, FILES[0])).deploy
    assert deploy == DeployRole(repository="acme/waymark", environment="trial", new_provider=True)


def test_a_dash_takes_the_role_away_whole(checkout: Path) -> None:
    init(checkout, typed=[*PLAIN[:12], "acme/waymark", "", ""])

    result = init(checkout, "--force", typed=["trial", *[""] * 11, "-", ""])

    assert result.exit_code == 0, result.output
    assert Stage.from_toml(written(checkout, FILES[0])).deploy is None


def test_the_stages_file_alone_is_told_what_to_add_to_it(checkout: Path) -> None:
    alone = answered(checkout, ANSWERS[: ANSWERS.index("[apps]")])

    result = init(checkout, "--answers", alone)

    assert (result.exit_code, no_traceback(result)) == (2, True)
    assert "Field required" not in result.stderr
    assert "Add `[apps]` with `owner = `" in result.stderr
    assert "`migrate init` without --answers, which asks" in result.stderr


def test_a_dash_empties_what_was_answered_before(checkout: Path) -> None:
    init(checkout, typed=[*PLAIN[:11], "a@example.com", *PLAIN[12:]])

    init(checkout, "--force", typed=["trial", *[""] * 10, "-", "", ""])

    assert Stage.from_toml(written(checkout, FILES[0])).alarms.emails == ()
