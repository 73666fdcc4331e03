"""The workflow that deploys: no key is stored, only the protected environment's job may ask AWS for one."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from state_schema.stage import Stage

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github" / "workflows" / "deploy.yml"
TEXT = FILE.read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = YAML(typ="safe", pure=True).load(TEXT)
STEPS = [(name, step) for name, job in WORKFLOW["jobs"].items() for step in job["steps"]]


def test_no_secret_is_read() -> None:
    assert not re.search(r"secrets\.|AWS_ACCESS_KEY|AWS_SECRET|aws-secret", TEXT)


def test_only_the_job_of_the_protected_environment_gets_a_token_for_aws() -> None:
    may = {name: (job.get("environment"), job["permissions"]) for name, job in WORKFLOW["jobs"].items()}

    assert may == {
        "check": (None, {"contents": "read"}),
        "deploy": ("${{ inputs.stage }}", {"contents": "read", "id-token": "write"}),
    }
    assert WORKFLOW["permissions"] == {}


def test_it_runs_when_a_person_says_so_and_after_the_checks() -> None:
    assert list(WORKFLOW["on"]) == ["workflow_dispatch"]
    assert WORKFLOW["jobs"]["deploy"]["needs"] == "check"


@pytest.mark.parametrize("step", [step for _, step in STEPS if "run" in step], ids=lambda step: step["run"][:20])
def test_no_input_is_pasted_into_a_shell(step: dict[str, Any]) -> None:
    assert "${{" not in step["run"]


@pytest.mark.parametrize("uses", sorted({step["uses"] for _, step in STEPS if "uses" in step}))
def test_every_action_has_a_version_and_the_one_with_the_role_an_exact_one(uses: str) -> None:
    assert re.fullmatch(r"[a-z-]+/[a-z-]+@v[0-9]+(\.[0-9]+\.[0-9]+)?", uses)
    assert uses.startswith("actions/") or uses.count(".") == 2


def test_what_it_makes_has_a_target_and_the_functions_python() -> None:
    targets = {word for _, step in STEPS for word in re.findall(r"^make ([a-z-]+)", step.get("run", ""))}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    example = Stage.from_toml((ROOT / "infra_cdk" / "stages" / "example.toml").read_text(encoding="utf-8"))

    assert targets == {"check", "synth"}
    assert [target for target in targets if f"\n{target}:" not in makefile] == []
    versions = {step["with"]["python-version"] for _, step in STEPS if "setup-python" in step.get("uses", "")}
    assert versions == {example.python}


def test_the_token_of_the_checkout_is_not_left_lying_about() -> None:
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

    assert [step["with"]["persist-credentials"] for step in checkouts] == [False, False]
