"""The time that one delivery takes at a door that is warm. What a cold start costs is in bench_bundles.py."""

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
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

HANDLED: Final = 3000
RATIO_GOALS: Final = {"github_webhook": 1.2, "slack": 1.25}
P99_GOAL: Final = 5.0
"""Milliseconds."""


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


def _milliseconds(event: dict[str, object]) -> float:
    start = time.perf_counter_ns()
    handler(event, None)
    return (time.perf_counter_ns() - start) / 1e6


def _print(*lines: str) -> None:
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
