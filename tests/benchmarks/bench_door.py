"""What the doors cost: processor time until they are wired, as a ratio to the clients that they cannot do without, and the
time that one delivery takes when they are warm.
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
from tests.fakes.modals import FakeModals
from tests.functional.doors import SECRETS

pytestmark = pytest.mark.bench

ROOT: Final = Path(__file__).parent.parent.parent
ROUNDS: Final = 15
HANDLED: Final = 3000
RATIO_GOALS: Final = {"github_webhook": 1.2, "slack": 1.25}
P99_GOAL: Final = 5.0
"""Milliseconds."""
CLIENTS: Final = "import boto3; boto3.client('sqs'); boto3.client('secretsmanager')"
DOOR: Final = "import functions.{door}.handler"
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

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        return


@pytest.fixture
def _doors() -> Iterator[None]:
    bootstrap_doors.use(Doors(NoQueue(), FixedSecrets(SECRETS), lambda: NOW, FakeModals(), TEAM))
    yield
    bootstrap_doors.use(None)


@pytest.mark.parametrize("door", RATIO_GOALS)
def test_processor_time_to_import_the_door(door: str) -> None:
    wired = DOOR.format(door=door)
    for program in (CLIENTS, wired):  # leaves bytecode behind, as a bundle has it
        _processor_time(program)
    rounds = [(_processor_time(CLIENTS), _processor_time(wired)) for _ in range(ROUNDS)]
    clients, ours = zip(*rounds, strict=True)
    of_minima, of_medians = min(ours) / min(clients), statistics.median(ours) / statistics.median(clients)
    _print(
        f"{door} door, CPU to import with its clients: min {min(ours) * 1000:.0f} ms, "
        f"median {statistics.median(ours) * 1000:.0f} ms; boto3 + SQS + Secrets Manager clients alone: "
        f"min {min(clients) * 1000:.0f} ms, median {statistics.median(clients) * 1000:.0f} ms",
        f"  ratio of minima {of_minima:.2f}, of medians {of_medians:.2f} (goal: at most {RATIO_GOALS[door]})",
    )
    assert min(of_minima, of_medians) <= RATIO_GOALS[door]


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
