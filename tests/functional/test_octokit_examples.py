"""GitHub's own published example payloads, each signed and posted: none of them may make the door fail."""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from shared import bootstrap_doors, names
from tests.deliveries import github_event
from tests.functional.doors import World, post_github

PACKAGE: Final = "@octokit/webhooks-examples"
VERSION: Final = "7.6.1"
MEMBER: Final = "package/api.github.com/index.json"
CACHE: Final = Path(__file__).parent.parent.parent / ".cache"
ARCHIVE: Final = CACHE / f"octokit-webhooks-examples-{VERSION}.tgz"

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    """(event, payload) of every example, fetched once and kept in `.cache`."""
    if not ARCHIVE.exists():
        _fetch(tmp_path_factory.mktemp("npm"))
    with tarfile.open(ARCHIVE) as archive:
        index = archive.extractfile(MEMBER)
        assert index is not None
        return [(event["name"], example) for event in json.load(index) for example in event["examples"]]


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"NOT TESTED: npm is not installed, so {PACKAGE}@{VERSION} cannot be downloaded")
    packed = subprocess.run(
        [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if packed.returncode:
        pytest.skip(f"NOT TESTED: {PACKAGE}@{VERSION} cannot be downloaded: {packed.stderr.strip()[-300:]}")
    # Moved as a whole, so that a download which was cut off is never taken for the package.
    CACHE.mkdir(exist_ok=True)
    shutil.move(folder / ARCHIVE.name, ARCHIVE)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    bootstrap_doors.use(world.doors())
    yield world
    bootstrap_doors.use(None)


def test_each_of_the_329_examples_gets_a_2xx(world: World, examples: list[tuple[str, Any]]) -> None:
    answers = [
        (event, post_github(github_event(json.dumps(payload).encode(), headers=_headers(event, number))).status)
        for number, (event, payload) in enumerate(examples)
    ]
    assert len(answers) == 329
    assert len({event for event, _ in answers}) == 58
    assert [(event, status) for event, status in answers if status not in {200, 202}] == []


def test_only_pull_requests_reviews_and_runs_are_looked_at(world: World, examples: list[tuple[str, Any]]) -> None:
    for number, (event, payload) in enumerate(examples):
        post_github(github_event(json.dumps(payload).encode(), headers=_headers(event, number)))
    sightings = world.sent()[names.SIGHTINGS]
    assert {sighting["event"] for sighting in sightings} == {"pull_request", "pull_request_review", "workflow_run"}


def _headers(event: str, number: int) -> dict[str, str]:
    return {"X-GitHub-Event": event, "X-GitHub-Delivery": f"{number:08x}-c4a1-11f1-9d3e-0242ac120002"}
