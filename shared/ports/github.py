"""What observation and skills need of GitHub."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from state_schema.migration import PullRequestSeen, RunSeen


class GithubReader(Protocol):
    """Reads the truth. NotFoundError where it is gone; RetryableError(delay) where GitHub limits us or is down."""

    def pull_request(self, repository_id: int, number: int) -> PullRequestSeen:
        """The pull request now, with the reviews of its present head."""
        ...

    def workflow_run(self, repository_id: int, run_id: int) -> RunSeen:
        """The run's latest attempt now; where it failed, `reason` is the first failure annotation or failed job and step."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedPullRequest:
    """A pull request of ours; `state` is `open`, `closed` or `merged`."""

    repository_id: int
    number: int
    url: str
    head_sha: str
    state: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a pull request is to hold. `files` maps a path to its new text, or to None where it is deleted."""

    repository: str
    branch: str
    base: str
    title: str
    body: str
    files: Mapping[str, str | None]


class PullRequests(Protocol):
    """Opens pull requests of ours, found again by their branch."""

    def find(self, repository: str, branch: str) -> OpenedPullRequest | None:
        """The newest pull request from this branch of the repository itself, whatever its state."""
        ...

    def open(self, proposal: Proposal) -> OpenedPullRequest:
        """One commit on `branch` on top of `base`, and an open pull request for it; each part only where it is missing."""
        ...


class Comments(Protocol):
    """Talks on pull requests. NotFoundError where it is gone; RetryableError(delay) where GitHub limits us or is down."""

    def find(self, repository_id: int, number: int, marker: str, after: int) -> bool:
        """Whether a comment of ours, newer than the comment with the id `after`, ends with `marker`."""
        ...

    def post(self, repository_id: int, number: int, body: str) -> None:
        """One more comment (Markdown) in the conversation of the pull request."""
        ...


class Contents(Protocol):
    """Reads a folder of a repository."""

    def folder(self, repository: str, path: str, ref: str) -> Mapping[str, str]:
        """Path (from the repository's root) to text, for every UTF-8 file below `path`; PermanentError where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class DispatchedRun:
    """A workflow run that carries our operation id."""

    repository_id: int
    run_id: int
    url: str


class Workflows(Protocol):
    """Dispatches workflow runs, found again by the operation id in their name or inputs."""

    def find(self, repository: str, workflow: str, operation: str) -> DispatchedRun | None:
        """The run whose `run-name` (display title) contains `operation`; None where GitHub shows none (yet)."""
        ...

    def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str], operation: str
    ) -> DispatchedRun | None:
        """Starts a run with `inputs` and the input `waymark_operation`; None where GitHub did not say which run it is."""
        ...
