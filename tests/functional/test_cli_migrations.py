"""`migrate migration move` as it is typed, on a real data file: what it prints, and the exit code that a script can trust."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from shared import bootstrap
from shared.adapters.secrets import FixedSecrets
from shared.app import campaigns
from shared.engines import Engine
from shared.settings import Settings
from state_schema.plan import Plan
from tests.fakes.clock import FakeClock
from tests.stories import document, the_campaign, the_plan

APPLY = {"id": "apply", "confirmation": {"ask": "Applied?", "resume": "infra-applied"}}
LOOK = {"id": "look", "confirmation": {"ask": "Healthy?", "resume": "test-done"}}
SMOKE = {"id": "smoke", "confirmation": {"ask": "Does it smoke?", "resume": "no-smoke"}}
FREE: dict[str, Any] = {"gates": {}, "windows": [], "limits": {"active": 9}, "breaker": None}
PEOPLE = {"operators": ["principal:local"]}
ONE_OF = "Name resources, or give --all, or --wave N: one of the three."
RENAME = ("--rename", "work.apply=work.provision")


def a_plan(*steps: dict[str, Any], version: int = 1) -> Plan:
    phases = [{"name": "work", "steps": steps}]
    return the_plan(version=version, environments={"test": {"primary": True}}, phases=phases)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Two resources that were started, on version 1; version 2 renames their step and adds one at the end."""
    clock = FakeClock(datetime.now(UTC))
    settings = Settings(data=str(tmp_path / "waymark.db"))
    found = bootstrap.Composition(settings, FixedSecrets({}), clock, lambda: 1.0).engine
    for plan in (a_plan(APPLY, LOOK), a_plan({**APPLY, "id": "provision"}, LOOK, SMOKE, version=2)):
        found.plans.publish(plan)
    prepared = campaigns.prepare(
        the_campaign(people=PEOPLE, **FREE),
        plans=found.plans,
        campaigns=found.campaigns,
        migrations=found.migrations,
    )
    campaigns.apply(
        prepared,
        actor="principal:local",
        at=clock(),
        campaigns=found.campaigns,
        controls=found.controls,
        migrations=found.migrations,
    )
    for resource in ("email.notifications", "billing.reports"):
        assert migrate("start", resource, data=tmp_path / "waymark.db").exit_code == 0
    yield found
    bootstrap.use(None)


@pytest.fixture
def data(engine: Engine, tmp_path: Path) -> Path:
    assert plans(engine) == ["airflow-3@1", "airflow-3@1"]
    return tmp_path / "waymark.db"


def migrate(*words: str, data: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)])


def move(data: Path, *words: str) -> Result:
    return migrate("migration", "move", *words, data=data)


def plans(engine: Engine) -> list[str]:
    names = ("email.notifications", "billing.reports")
    return [engine.migrations.load(f"airflow-3/{name}").view.state.plan for name in names]


def test_a_preview_says_what_it_would_do_and_does_nothing(engine: Engine, data: Path) -> None:
    result = move(data, "email.notifications", "--to", "airflow-3@2", *RENAME, "--preview")

    said = (
        "Would move email.notifications: airflow-3@1 to airflow-3@2; test: work.apply is work.provision now. "
        "Then: test: Applied?\n"
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, said, "")
    assert plans(engine) == ["airflow-3@1", "airflow-3@1"]


def test_all_are_moved_and_a_second_time_there_is_nothing_to_do(engine: Engine, data: Path) -> None:
    first = move(data, "--all", "--to", "airflow-3@2", *RENAME)
    again = move(data, "--all", "--to", "airflow-3@2")

    assert first.exit_code == 0
    assert [line.split(":")[0] for line in first.stdout.splitlines()] == [
        "Moved billing.reports",
        "Moved email.notifications",
    ]
    assert plans(engine) == ["airflow-3@2", "airflow-3@2"]
    assert again.exit_code == 0
    assert again.stdout == (
        "Left as they are, because they are over or there already: billing.reports, email.notifications.\n"
        "There is nothing to move to airflow-3@2.\n"
    )


def test_status_says_who_is_on_another_version_than_the_campaign(data: Path) -> None:
    move(data, "email.notifications", "--to", "airflow-3@2", *RENAME)

    assert "airflow-3/email.notifications is awaiting_human, on airflow-3@2." in migrate(
        "status", "email.notifications", data=data
    ).stdout.replace("\n", " ")
    assert "airflow-3/billing.reports is awaiting_human." in migrate("status", "billing.reports", data=data).stdout


def test_a_moved_migration_goes_its_new_way_to_the_end(engine: Engine, data: Path) -> None:
    move(data, "email.notifications", "--to", "airflow-3@2", *RENAME)
    for verb in ("infra-applied", "test-done", "no-smoke"):
        assert migrate("say", verb, "email.notifications", data=data).exit_code == 0
    assert engine.migrations.load("airflow-3/email.notifications").view.state.status == "completed"


def test_problems_are_told_for_each_and_nothing_is_moved(engine: Engine, data: Path) -> None:
    result = move(data, "email.notifications", "billing.reports", "nobody", "--to", "airflow-3@2")

    place = "test stands at work.apply, which airflow-3@2 does not have."
    hint = "Say where that is now: `--rename work.apply=PHASE.STEP` (work.provision, work.look, work.smoke)."
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "nobody: airflow-3 has no migration of 'nobody'. `migrate status` lists those there are.",
        f"email.notifications: {place} {hint}",
        f"billing.reports: {place} {hint}",
        "Nothing was moved.",
    ]
    assert plans(engine) == ["airflow-3@1", "airflow-3@1"]


def test_json_has_everything_that_a_program_needs(data: Path) -> None:
    refused = move(data, "email.notifications", "--to", "airflow-3@2", "--json")
    done = move(data, "email.notifications", "--to", "airflow-3@2", *RENAME, "--json")

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert json.loads(refused.stdout) == {
        "campaign": "airflow-3",
        "to": "airflow-3@2",
        "preview": False,
        "moved": [],
        "left": [],
        "problems": [
            {
                "resource": "email.notifications",
                "reason_code": "no_place",
                "message": "test stands at work.apply, which airflow-3@2 does not have.",
                "next_step": (
                    "Say where that is now: `--rename work.apply=PHASE.STEP` (work.provision, work.look, work.smoke)."
                ),
            }
        ],
    }
    assert json.loads(done.stdout)["problems"] == []
    assert json.loads(done.stdout)["moved"] == [
        {
            "resource": "email.notifications",
            "then": "test: Applied?",
            "before": "airflow-3@1",
            "plan": "airflow-3@2",
            "tracks": [
                {"track": "test", "kept": {"work.apply": "work.provision"}, "step": "work.provision", "left_out": []}
            ],
        }
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "airflow-3@2"), ONE_OF),
        (("email.notifications", "--all", "--to", "airflow-3@2"), ONE_OF),
        (("--all", "--to", "two"), "`two` is no plan version: write PLAN@VERSION, as in `airflow-3@2`."),
        (("--all", "--to", "airflow-3@2", "--rename", "x"), "`x` is no renaming: write OLD=NEW, each as PHASE.STEP."),
        (("--all", "--to", "airflow-3@2", "--leave-out", "x"), "`x` is no step: write PHASE.STEP."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_wrong_input(data: Path, words: tuple[str, ...], said: str) -> None:
    result = move(data, *words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{said}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--all", "--to", "airflow-3@9"),
            "There is no plan airflow-3@9. Publish its file: `migrate plan publish FILE`.",
        ),
        (
            ("--all", "--to", "airflow-3@2", "--campaign", "none"),
            "There is no campaign `none`. There is `airflow-3`.",
        ),
    ],
)
def test_what_is_not_there_is_refused(data: Path, words: tuple[str, ...], said: str) -> None:
    result = move(data, *words)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{said}\n")


def test_a_wave_that_there_is_not_is_refused(data: Path) -> None:
    result = move(data, "--wave", "9", "--to", "airflow-3@2")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "airflow-3 has no wave 9; it has 1, 2.\n")


def test_a_campaign_with_a_new_version_says_who_stays_and_how_to_move_them(
    engine: Engine, data: Path, tmp_path: Path
) -> None:
    changed = (
        document("airflow-3.campaign.yaml") | FREE | {"people": PEOPLE, "plan": "airflow-3@2", "waves": {1: {}, 2: {}}}
    )
    del changed["breaker"]
    file = tmp_path / "campaign.yaml"
    file.write_text(json.dumps(changed))

    result = migrate("campaign", "apply", str(file), "--preview", data=data)

    how = "migrate migration move --all --to airflow-3@2 --campaign airflow-3 --preview"
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Would apply airflow-3 with airflow-3@2: 0 new, 2 known.",
        "  = email.notifications stays on airflow-3@1",
        "  = billing.reports stays on airflow-3@1",
        "  * plan: airflow-3@2, was airflow-3@1",
        f"To move those that are on another version: {how}",
    ]
    applied = json.loads(migrate("campaign", "apply", str(file), "--json", data=data).stdout)
    assert applied["on_other_versions"] == {"email.notifications": "airflow-3@1", "billing.reports": "airflow-3@1"}
    assert plans(engine) == ["airflow-3@1", "airflow-3@1"]


def test_applying_a_changed_file_lists_what_is_new_what_changes_and_what_is_gone(data: Path, tmp_path: Path) -> None:
    first, second = document("airflow-3.campaign.yaml")["resources"]
    resources = [{**first, "owner": "others"}, {"id": "late", "wave": 2}]
    changed = document("airflow-3.campaign.yaml") | FREE | {"waves": {1: {}, 2: {}}, "resources": resources}
    del changed["breaker"]
    file = tmp_path / "campaign.yaml"
    file.write_text(json.dumps(changed | {"people": PEOPLE | {"approvers": ["slack:T0ACME/U_APPROVER"]}}))
    assert migrate("say", "abort", second["id"], "It", "is", "not", "used.", data=data).exit_code == 0

    told = migrate("campaign", "apply", str(file), "--preview", data=data).stdout
    found = json.loads(migrate("campaign", "apply", str(file), "--json", data=data).stdout)

    assert told.splitlines() == [
        "Would apply airflow-3 with airflow-3@1: 1 new, 1 known, 1 gone.",
        "  + late (wave 2)",
        "  ~ email.notifications: owner: others, was team-email; its migration keeps what it was created with",
        "  - billing.reports is no longer in the campaign",
        "  * people.approvers: 1, was 0 (with slack:T0ACME/U_APPROVER)",
    ]
    assert (found["new"], found["known"], found["gone"]) == (["late"], ["email.notifications"], ["billing.reports"])
    assert found["changes"] == {"email.notifications": {"owner": {"before": "team-email", "after": "others"}}}
    assert found["settings"] == {"people.approvers": {"before": [], "after": ["slack:T0ACME/U_APPROVER"]}}
