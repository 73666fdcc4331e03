"""The rules of others that every template keeps: cdk-nag's AwsSolutions and cfn-lint."""

import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from tests.infra.conftest import Synthesised, findings


@pytest.mark.parametrize("stage", ["production", "local"])
def test_cdk_nag_finds_nothing_that_is_not_explained(stage: str, request: pytest.FixtureRequest) -> None:
    synthesised: Synthesised = request.getfixturevalue(stage)

    assert synthesised.found == []


def test_cdk_nag_would_find_something() -> None:
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    sqs.Queue(Stack(app, "Careless"), "Queue")

    found = findings(app)

    assert "AwsSolutions-SQS4 Careless/Queue/Resource" in found


def test_cfn_lint_finds_nothing_in_any_template(production: Synthesised, local: Synthesised) -> None:
    program = str(Path(sys.executable).with_name("cfn-lint"))
    files = map(str, (*production.files, *local.files))
    # W3005: CDK writes a DependsOn beside the reference from which CloudFormation knows it already.
    lint = [program, "--ignore-checks", "W3005", "--", *files]

    told = subprocess.run(lint, capture_output=True, text=True, check=False)

    assert (told.stdout, told.returncode) == ("", 0)
