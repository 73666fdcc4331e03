"""A mock GitHub on a free port, and the client that the adapters get, with the real PyGithub between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from github import Github

from sandbox.github.app import Recorded
from sandbox.github.server import MockGithub
from sandbox.github.world import Person
from shared import names
from shared.adapters.github_client import connect
from shared.errors import PermanentError
from shared.settings import Settings
from tests.adapters.github_grants import ungranted
from tests.fakes.clock import FakeClock

TOKEN = "a-token-of-the-sandbox"
WEBHOOK_SECRET = "a secret of tests"
ANA = Person(101, "ana")
BEN = Person(102, "ben")
FILES = {
    "README.md": "# Tests\n",
    "dags/a/one.py": "ONE = 1\n",
    "dags/a/two.py": "TWO = 2\n",
    "dags/b/three.py": "THREE = 3\n",
}
DEPLOY = """\
name: Deploy
run-name: deploy ${{ inputs.environment }} ${{ inputs.waymark_operation }}
on:
  workflow_dispatch:
    inputs:
      environment: {required: true, type: choice, options: [test, prod]}
      waymark_operation: {default: ""}
jobs:
  build: {steps: [{run: make}]}
  deploy: {steps: [{name: Install}, {name: Wait for the pods}]}
"""


@dataclass
class FakeSecrets:
    found: dict[str, str] = field(default_factory=lambda: {names.GITHUB_TOKEN: f"{TOKEN}\n"})

    def get(self, name: str) -> str:
        if name not in self.found:
            raise PermanentError(f"No secret {name}.")
        return self.found[name]


@dataclass
class GithubWorld:
    mock: MockGithub
    clock: FakeClock
    api: str
    client: Github
    path: Path

    @property
    def repository_id(self) -> int:
        return int(self.mock.world.repository("acme/dags")["id"])

    def calls(self, method: str = "") -> list[tuple[str, str]]:
        return [(call.method, call.path) for call in self.recorded() if method in {"", call.method}]

    def recorded(self) -> list[Recorded]:
        return self.mock.calls()

    def writes(self) -> list[str]:
        return [path.rpartition("/")[2] for method, path in self.calls() if method != "GET"]

    def open_pull(self, branch: str = "change", files: dict[str, str] | None = None) -> int:
        """A pull request of ours, made on the side; its number."""
        before = len(self.mock.pull_requests())
        repo = self.client.get_repo("acme/dags")
        head = repo.get_git_ref("heads/main").object.sha
        repo.create_git_ref(f"refs/heads/{branch}", head)
        self.mock.push("acme/dags", branch, files or {"dags/a/one.py": "ONE = 11\n"}, person=ANA)
        repo.create_pull(base="main", head=branch, title=f"From {branch}", body="Why")
        found = self.mock.pull_requests()
        assert len(found) == before + 1
        return int(found[-1]["number"])


def a_mock(path: Path, clock: FakeClock, webhook_url: str = "") -> MockGithub:
    return MockGithub(path, webhook_url=webhook_url, webhook_secret=WEBHOOK_SECRET, token=TOKEN, clock=clock)


@contextmanager
def a_github_world(folder: Path) -> Iterator[GithubWorld]:
    clock, path = FakeClock(), folder / "github.sqlite"
    mock = a_mock(path, clock)
    api = mock.serve()
    mock.create_repository("acme/dags", FILES | {".github/workflows/deploy.yml": DEPLOY})
    client = connect(Settings(github_api=api), FakeSecrets())
    world = GithubWorld(mock, clock, api, client, path)
    yield world
    client.close()
    mock.close()
    refused = ungranted(world.recorded())
    assert not refused, f"no permission of shared/domain/grants.py is for {refused}"
