"""What the GitHub door costs: processor time until it is wired, as a ratio to the clients that it cannot do without,
and the time that one delivery takes in it when it is warm.
"""

import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Final

import pytest

from functions.github_webhook.handler import handler
from shared import bootstrap_doors
from shared.adapters.secrets import FixedSecrets
from shared.bootstrap_doors import Doors
from tests.deliveries import NOW, TEAM, captured, github_event
from tests.functional.doors import SECRETS

pytestmark = pytest.mark.bench

ROOT: Final = Path(__file__).parent.parent.parent
ROUNDS: Final = 15
HANDLED: Final = 3000
RATIO_GOAL: Final = 1.2
P99_GOAL: Final = 5.0
"""Milliseconds."""
CLIENTS: Final = "import boto3; boto3.client('sqs'); boto3.client('secretsmanager')"
DOOR: Final = "import functions.github_webhook.handler"
LAMBDA: Final = {
    "PATH": "",
    "PYTHONPATH": str(ROOT),
    "AWS_LAMBDA_FUNCTION_NAME": "waymark-github-webhook",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "WAYMARK_ENGINE": "aws",
    "WAYMARK_QUEUE_URL_PREFIX": "https://sqs.eu-central-1.amazonaws.com/111122223333/waymark-",
}


class NoQueue:
    """Takes everything at once."""

    def send(self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0) -> None:
        return


@pytest.fixture
def _doors() -> Iterator[None]:
    bootstrap_doors.use(Doors(NoQueue(), FixedSecrets(SECRETS), lambda: NOW, TEAM))
    yield
    bootstrap_doors.use(None)


def test_processor_time_to_import_the_door() -> None:
    for program in (CLIENTS, DOOR):  # leaves bytecode behind, as a bundle has it
        _processor_time(program)
    rounds = [(_processor_time(CLIENTS), _processor_time(DOOR)) for _ in range(ROUNDS)]
    clients, door = zip(*rounds, strict=True)
    ratios = {
        "min": min(door) / min(clients),
        "median": statistics.median(door) / statistics.median(clients),
    }
    _print(
        f"GitHub door, CPU to import with its clients: min {min(door) * 1000:.0f} ms, "
        f"median {statistics.median(door) * 1000:.0f} ms; boto3 + SQS + Secrets Manager clients alone: "
        f"min {min(clients) * 1000:.0f} ms, median {statistics.median(clients) * 1000:.0f} ms",
        f"  ratio of minima {ratios['min']:.2f}, of medians {ratios['median']:.2f} (goal: at most {RATIO_GOAL})",
    )
    assert min(ratios.values()) <= RATIO_GOAL


@pytest.mark.usefixtures("_doors")
def test_warm_handling_of_a_merge() -> None:
    headers, payload = captured("github/pull_request.closed.merged")
    body = json.dumps(payload).encode()
    event = github_event(body, headers=headers)
    with redirect_stderr(io.StringIO()):
        assert handler(event, None)["statusCode"] == 202
        taken = sorted(_milliseconds(event) for _ in range(HANDLED))
    p50, p99 = (taken[int(len(taken) * share)] for share in (0.5, 0.99))
    _print(
        f"GitHub door, warm, {len(body) / 1000:.0f} KB merged pull request, without the queue call: "
        f"p50 {p50:.2f} ms, p99 {p99:.2f} ms (goal: p99 under {P99_GOAL:.0f} ms)"
    )
    assert p99 < P99_GOAL


def _processor_time(program: str) -> float:
    """Seconds, user and system, of a Python process that runs this."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], env=LAMBDA, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _milliseconds(event: dict[str, object]) -> float:
    start = time.perf_counter_ns()
    handler(event, None)
    return (time.perf_counter_ns() - start) / 1e6


def _print(*lines: str) -> None:
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
