"""The stores under test, and the mock Slack that the tests of its adapters speak to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.serving import Server
from sandbox.slack.server import MockSlack
from tests.adapters.store_subjects import EVERY, MAKERS, Stores
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor


@pytest.fixture(params=EVERY)
def stores(request: pytest.FixtureRequest) -> Stores:
    return MAKERS[request.param](request)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def door() -> Iterator[FakeDoor]:
    """Takes what is sent to it, at an address of its own."""
    door = FakeDoor()
    with Server(door) as server:
        door.url = server.url
        yield door


@pytest.fixture
def slack(tmp_path: Path, clock: FakeClock) -> Iterator[MockSlack]:
    mock = MockSlack(tmp_path / "slack.db", team="T1", bot_token="xoxb-1", signing_secret="s", clock=clock)
    yield mock
    mock.close()


@pytest.fixture
def api(slack: MockSlack) -> str:
    return slack.serve()
