"""The same scenario on the other engine: DynamoDB and SQS, emulated."""

import os

import pytest

from sandbox import scenario
from sandbox.run import run_script


@pytest.mark.engine
def test_a_scenario_comes_true_on_the_emulated_aws() -> None:
    before = dict(os.environ)
    result = run_script(scenario.load("partial_migration"), engine="aws")
    assert result.actual == result.expected
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == {
        name: value for name, value in before.items() if name.startswith("AWS_")
    }
