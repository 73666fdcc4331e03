"""A door starts cold in front of somebody who waits: it loads the standard library, boto3, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent.parent
HEAVY: Final = {
    "aws_lambda_powertools",
    "github",
    "jwt",
    "pydantic",
    "requests",
    "ruamel",
    "slack_sdk",
    "sqlalchemy",
    "yaml",
}
WIRED: Final = """
import json, sys
from shared import bootstrap_doors
import functions.{door}.handler
doors = bootstrap_doors.doors()
print(json.dumps([sorted(sys.modules), type(doors.outbox).__name__, type(doors.secrets).__name__]))
"""
LAMBDA: Final = {
    "PATH": "",
    "PYTHONPATH": str(ROOT),
    "AWS_LAMBDA_FUNCTION_NAME": "waymark-door",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "WAYMARK_ENGINE": "aws",
    "WAYMARK_QUEUE_URL_PREFIX": "https://sqs.eu-central-1.amazonaws.com/111122223333/waymark-",
    "WAYMARK_SLACK_TEAM": "T_ACME",
}


@pytest.mark.parametrize("door", ["github_webhook", "slack"])
def test_a_door_wired_for_aws_loads_nothing_heavy(door: str) -> None:
    loaded, outbox, secrets = json.loads(
        subprocess.run(
            [sys.executable, "-c", WIRED.format(door=door)], env=LAMBDA, check=True, capture_output=True, text=True
        ).stdout
    )
    assert (outbox, secrets) == ("SqsQueues", "SecretsManagerSecrets")
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    assert [name for name in loaded if name.startswith(("state_schema", "shared.domain", "shared.bootstrap."))] == []
    assert "boto3" in loaded
