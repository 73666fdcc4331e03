"""GitHub in memory, as skills see it: pull requests by branch, folders, and runs by operation id."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.errors import PermanentError
from shared.ports.github import DispatchedRun, OpenedPullRequest, Proposal
from tests.fakes.crashes import Outside

REPOSITORY_ID = 4711


class FakePullRequests(Outside):
    """A second open pull request from one branch is what GitHub would refuse: here it is a failed assertion."""

    def __init__(self) -> None:
        super().__init__()
        self.proposals: list[Proposal] = []
        self.opened: list[OpenedPullRequest] = []

    def find(self, repository: str, branch: str) -> OpenedPullRequest | None:
        self.read("find")
        return next((self.opened[number] for number in reversed(self._numbers(repository, branch))), None)

    def open(self, proposal: Proposal) -> OpenedPullRequest:
        with self.act("open"):
            standing = [self.opened[n].state for n in self._numbers(proposal.repository, proposal.branch)]
            assert "open" not in standing, f"{proposal.branch} has an open pull request already"
            number = len(self.opened) + 1
            url = f"https://github.example.com/{proposal.repository}/pull/{number}"
            self.proposals.append(proposal)
            self.opened.append(OpenedPullRequest(REPOSITORY_ID, number, url, f"{number:040x}", "open"))
        return self.opened[-1]

    def end(self, number: int, state: str) -> None:
        """People merge or close it."""
        self.opened[number - 1] = replace(self.opened[number - 1], state=state)

    def _numbers(self, repository: str, branch: str) -> list[int]:
        return [
            number
            for number, proposal in enumerate(self.proposals)
            if (proposal.repository, proposal.branch) == (repository, branch)
        ]


class FakeContents(Outside):
    """One branch of one repository."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__()
        self.files = dict(files)

    def folder(self, repository: str, path: str, ref: str) -> Mapping[str, str]:
        self.read(f"{repository}@{ref}:{path}")
        found = {name: text for name, text in self.files.items() if name.startswith(f"{path}/")}
        if not found:
            raise PermanentError(f"{repository} has no folder {path} at {ref}: add it.", "folder_not_found")
        return found


@dataclass(frozen=True)
class _Run:
    repository: str
    workflow: str
    ref: str
    inputs: Mapping[str, str]
    operation: str


class FakeWorkflows(Outside):
    """`answers` False: a dispatch does not say which run it started. `shows` False: a run is not listed yet."""

    def __init__(self, *, answers: bool = True, shows: bool = True) -> None:
        super().__init__()
        self.answers = answers
        self.shows = shows
        self.runs: list[_Run] = []

    def find(self, repository: str, workflow: str, operation: str) -> DispatchedRun | None:
        self.read("find")
        asked = (repository, workflow, operation)
        found = (n for n, run in enumerate(self.runs) if (run.repository, run.workflow, run.operation) == asked)
        return next((self._told(number) for number in found if self.shows), None)

    def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str], operation: str
    ) -> DispatchedRun | None:
        with self.act("dispatch"):
            self.runs.append(_Run(repository, workflow, ref, inputs, operation))
        return self._told(len(self.runs) - 1) if self.answers else None

    def _told(self, number: int) -> DispatchedRun:
        repository = self.runs[number].repository
        run_id = 9000 + number
        return DispatchedRun(REPOSITORY_ID, run_id, f"https://github.example.com/{repository}/actions/runs/{run_id}")
