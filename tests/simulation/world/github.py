"""Simulated GitHub: pull requests and workflow runs with people's and machines' hands on them, and its webhooks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from shared.errors import NotFoundError
from shared.ports.github import DispatchedRun, OpenedPullRequest, Proposal
from state_schema.migration import PullRequestSeen, RunSeen
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.faults import Faults

REPOSITORY = 7
CONCLUSIONS = ("failure", "cancelled", "timed_out", "success")
_SHOWN_AFTER = 5.0
"""Seconds until a run is listed whose dispatch did not say which run it is: less than the shortest wait for a retry."""
Acted = Callable[[str, str], None]


@dataclass
class Pull:
    number: int
    branch: str
    repository: str
    head: int = 0
    state: str = "open"
    review: Literal["none", "approved", "changes_requested"] = "none"

    @property
    def url(self) -> str:
        return f"https://github.test/{self.repository}/pull/{self.number}"

    @property
    def sha(self) -> str:
        return f"{self.number:020x}{self.head:020x}"

    @property
    def address(self) -> str:
        return f"pull_request:{REPOSITORY}/{self.number}"


@dataclass
class Run:
    id: int
    operation: str
    shown_at: float
    attempt: int = 1
    conclusion: str | None = None

    @property
    def url(self) -> str:
        return f"https://github.test/acme/infrastructure/actions/runs/{self.id}"

    @property
    def address(self) -> str:
        return f"workflow_run:{REPOSITORY}/{self.id}"


class SimulatedGithub:
    """The ports PullRequests, Contents and GithubReader. `webhook` is told each address at which something happened."""

    def __init__(
        self, agenda: Agenda, chance: Chance, faults: Faults, acted: Acted, webhook: Callable[[str, str], None]
    ) -> None:
        self._agenda = agenda
        self._chance = chance
        self._faults = faults
        self._acted = acted
        self.webhook = webhook
        self.pulls: list[Pull] = []
        self.runs: list[Run] = []

    # What our skills and looks do.

    def find(self, repository: str, branch: str) -> OpenedPullRequest | None:
        self._faults.cross("look", f"find {branch}")
        found = self._newest(branch)
        return _opened(found) if found else None

    def open(self, proposal: Proposal) -> OpenedPullRequest:
        fault = self._faults.cross("act", f"open {proposal.branch}")
        found = self._newest(proposal.branch)
        if found is None or found.state != "open":
            found = Pull(len(self.pulls) + 1, proposal.branch, proposal.repository)
            self.pulls.append(found)
            self._acted("open pull request", proposal.branch)
            self.webhook(found.address, "opened")
        self._faults.crossed(fault, f"opening {proposal.branch}")
        return _opened(found)

    def folder(self, repository: str, path: str, ref: str) -> Mapping[str, str]:
        self._faults.cross("look", f"folder {path}")
        return {f"{path}/dag.py": "resource = '{resource.id}'"}

    def pull_request(self, repository_id: int, number: int) -> PullRequestSeen:
        if not 1 <= number <= len(self.pulls):
            raise NotFoundError(f"there is no pull request {number}")
        pull = self.pulls[number - 1]
        seen = PullRequestSeen.model_construct(
            number=number, url=pull.url, title=pull.branch, state="open" if pull.state == "open" else "closed",
            merged=pull.state == "merged", head_sha=pull.sha, review=pull.review,
        )  # fmt: skip
        self._faults.cross("look", pull.address)
        return seen

    def workflow_run(self, repository_id: int, run_id: int) -> RunSeen:
        if not 1 <= run_id <= len(self.runs):
            raise NotFoundError(f"there is no run {run_id}")
        run = self.runs[run_id - 1]
        seen = RunSeen(
            run_id=run.id, run_attempt=run.attempt, url=run.url,
            status="completed" if run.conclusion else "in_progress", conclusion=run.conclusion,
        )  # fmt: skip
        self._faults.cross("look", run.address)
        return seen

    def find_run(self, operation: str) -> DispatchedRun | None:
        self._faults.cross("look", f"run {operation}")
        found = [run for run in self.runs if run.operation == operation and run.shown_at <= self._agenda.now]
        return _dispatched(found[-1]) if found else None

    def dispatch_run(self, operation: str) -> DispatchedRun | None:
        fault = self._faults.cross("act", f"dispatch {operation}")
        silent = self._faults.draw("outside", f"dispatch without an answer {operation}") is not None
        run = Run(len(self.runs) + 1, operation, self._agenda.now + (_SHOWN_AFTER if silent else 0.0))
        self.runs.append(run)
        self._acted("dispatch run", operation)
        self._go(run)
        self._faults.crossed(fault, f"dispatching {operation}")
        return None if silent else _dispatched(run)

    # What people and machines do there.

    def change(self, pull: Pull, **now: object) -> None:
        """Merged, closed, opened again, pushed to or reviewed."""
        for name, value in now.items():
            setattr(pull, name, value)
        self.webhook(pull.address, str(next(iter(now.values()))))

    def rerun(self, run: Run) -> None:
        run.attempt, run.conclusion = run.attempt + 1, None
        self.webhook(run.address, "requested")
        self._go(run)

    def end(self, run: Run, attempt: int, conclusion: str) -> None:
        if run.attempt == attempt and run.conclusion is None:
            run.conclusion = conclusion
            self.webhook(run.address, conclusion)

    def _go(self, run: Run) -> None:
        bad = self._faults.draw("outside", f"run {run.id}/{run.attempt} fails")
        kind = CONCLUSIONS[self._chance.pick(f"conclusion {run.id}", 3)]
        attempt, takes = run.attempt, self._chance.between(f"run {run.id}", 20, 400)
        self._agenda.after(takes, lambda: self.end(run, attempt, kind if bad else "success"))

    def _newest(self, branch: str) -> Pull | None:
        return next((pull for pull in reversed(self.pulls) if pull.branch == branch), None)


class SimulatedWorkflows:
    """The port Workflows."""

    def __init__(self, github: SimulatedGithub) -> None:
        self._github = github

    def find(self, repository: str, workflow: str, operation: str) -> DispatchedRun | None:
        return self._github.find_run(operation)

    def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str], operation: str
    ) -> DispatchedRun | None:
        return self._github.dispatch_run(operation)


def _opened(pull: Pull) -> OpenedPullRequest:
    return OpenedPullRequest(REPOSITORY, pull.number, pull.url, pull.sha, pull.state)


def _dispatched(run: Run) -> DispatchedRun:
    return DispatchedRun(REPOSITORY, run.id, run.url)
