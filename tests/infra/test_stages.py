"""Stages: settings that are wrong say so, and two stages differ in nothing that their settings do not say."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from infra_cdk.app import build
from infra_cdk.stage_file import StageError, read_stage
from tests.infra.conftest import Synthesised

ALARM, MAPPING = "AWS::CloudWatch::Alarm", "AWS::Lambda::EventSourceMapping"
FUNCTION = "AWS::Lambda::Function"
OF_THE_MACHINE = {(FUNCTION, "Architectures"), (FUNCTION, "Runtime")}
OF_THE_SETTINGS = {
    (FUNCTION, "Environment.Variables.WAYMARK_DEPLOYMENT_URL"),  # local has none
    (MAPPING, "ScalingConfig"),  # local limits nothing
    ("AWS::Events::Rule", "*"),  # local has no batch, which is a rule and the permission to call the function
    ("AWS::Lambda::Permission", "*"),
    ("AWS::SNS::Subscription", "*"),  # local tells nobody
}


def differences(one: Any, other: Any, place: str = "") -> set[str]:
    """The dotted places at which two values differ; what only one of them has is one difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = set()
        for key in {*one, *other}:
            inner = f"{place}.{key}".removeprefix(".")
            both = key in one and key in other
            found |= differences(one[key], other[key], inner) if both else {inner}
        return found
    return set() if one == other else {place}


def between(one: Synthesised, other: Synthesised) -> set[tuple[str, str]]:
    """Of each stack that both have: resource type and place in its properties; `*` where only one has the resource."""
    found = set()
    for name in one.templates.keys() & other.templates.keys():
        first, second = (each.templates[name]["Resources"] for each in (one, other))
        for resource in {*first, *second}:
            kind = (first.get(resource) or second[resource])["Type"]
            if resource not in first or resource not in second:
                found.add((kind, "*"))
                continue
            places = differences(first[resource], second[resource])
            found |= {(kind, place.removeprefix("Properties.")) for place in places}
    return found


def test_the_stages_differ_in_machine_bootstrap_and_settings_alone(production: Synthesised, local: Synthesised) -> None:
    assert between(production, local) == OF_THE_MACHINE | OF_THE_SETTINGS


def test_who_may_deploy_is_the_one_stack_that_a_stage_can_do_without(
    production: Synthesised, local: Synthesised
) -> None:
    assert set(production.templates) - set(local.templates) == {"WaymarkDeployRole"}
    assert set(local.templates) == {"WaymarkApp", "WaymarkData"}


def test_a_stage_without_a_file_is_told_which_there_are_and_what_writes_one(tmp_path: Path) -> None:
    for there in ("local", "example"):
        (tmp_path / f"{there}.toml").touch()

    with pytest.raises(StageError, match=r"production.toml \(there are: example, local\). `migrate init` writes one"):
        read_stage("production", tmp_path)


@pytest.mark.parametrize("name", ["../production", "", "Production", "a" * 17, "a/b"])
def test_no_other_file_is_read_by_a_clever_name(name: str) -> None:
    with pytest.raises(StageError, match="is no name of a stage"):
        read_stage(name)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = Path("infra_cdk/stages/example.toml").read_text()
    assert old in text
    (tmp_path / "example.toml").write_text(text.replace(old, new))
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('region = "eu-central-1"', 'region = "Frankfurt"', "region: String should match pattern"),
        ('app_id = "100001"', "", "github.app_id: Field required"),
        ('app_id = "100001"', "app_id = 100001", "github.app_id: Input should be a valid string"),
        ("checkpoint_hours = 72", "checkpoint_hours = 0", "alarms.checkpoint_hours"),
        ("checkpoint_hours = 72", "checkpoint_days = 3", "alarms.checkpoint_days: Extra inputs are not permitted"),
        (
            "run_workflow = 2",
            "run_workflow = 1",
            "concurrency.run_workflow: Input should be greater than or equal to 2",
        ),
        ("run_workflow = 2", "run_workflows = 2", "concurrency: run_workflows takes no messages; allowed: advance"),
        ('schedule = "rate(15 minutes)"', 'schedule = "often"', "batches.0.schedule"),
        ("rate(15 minutes)", "rate(1 minutes)", "batches.0.schedule"),
        ("rate(15 minutes)", "rate(15 minute)", "batches.0.schedule"),
        ('name = "example"', 'name = "staging"', 'its name is "staging"'),
        ('name = "example"', "name = example", "is not TOML"),
    ],
)
def test_settings_that_are_wrong_name_the_field(old: str, new: str, said: str, tmp_path: Path) -> None:
    folder = changed(tmp_path, old, new)

    with pytest.raises(StageError) as raised:
        read_stage("example", folder)

    assert said in str(raised.value)
    assert "example.toml" in str(raised.value)


def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    folder = changed(tmp_path, 'app_id = "100001"', f'app_id = "100001"\ntoken = "{token}"')

    with pytest.raises(StageError) as raised:
        read_stage("example", folder)

    assert token not in str(raised.value)


def test_the_example_can_be_deployed_into_no_account(bundles: Path) -> None:
    example = read_stage("example")

    app = build(example, bundles, validate=False)

    stacks = [child for child in app.node.children if isinstance(child, Stack)]
    assert {stack.account for stack in stacks} == {"111122223333"}
    assert len(stacks) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--stage", "staging"], "There is no infra_cdk/stages/staging.toml"),
        (["--bundles", "nowhere"], "make bundles STAGE=example"),
    ],
)
def test_the_command_ends_with_2_and_a_sentence_where_it_cannot_begin(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "infra_cdk.app", *arguments]

    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert told.returncode == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr
