"""Reads pull requests and workflow runs as they are now; everything that Waymark believes of GitHub comes from here."""

import re
from collections.abc import Iterable
from typing import Final, Literal, cast

from github import Github
from github.NamedUser import NamedUser
from github.PullRequest import PullRequest
from github.PullRequestReview import PullRequestReview
from github.Repository import Repository
from github.WorkflowJob import WorkflowJob
from github.WorkflowRun import WorkflowRun

from shared.adapters.github_client import translated
from shared.errors import NotFoundError, PermanentError
from state_schema.migration import PullRequestSeen, RunSeen
from state_schema.secrets import secret_fields

Review = Literal["none", "approved", "changes_requested"]
_TITLE: Final = 300
_REASON: Final = 500
_WITHHELD: Final = "(a title that looks like a credential)"
_FAILED: Final = frozenset({"failure", "timed_out", "startup_failure"})
_SAYS_NOTHING: Final = re.compile(r"Process completed with exit code \d+\.?")


class GithubRestReader:
    """The port `GithubReader`, by numeric repository id: a renamed repository stays the same one."""

    def __init__(self, client: Github) -> None:
        self._client = client

    def pull_request(self, repository_id: int, number: int) -> PullRequestSeen:
        """Two calls: the pull request, and its reviews (each further hundred of them one more)."""
        with translated(f"show pull request {number} of repository {repository_id}"):
            pull = self._client.get_repo(repository_id).get_pull(number).complete()
            return _pull_seen(pull, latest_review(pull.get_reviews(), pull.head.sha))

    def workflow_run(self, repository_id: int, run_id: int) -> RunSeen:
        """One call; where it failed, two more."""
        with translated(f"show workflow run {run_id} of repository {repository_id}"):
            repository = self._client.get_repo(repository_id)
            run = repository.get_workflow_run(run_id).complete()
            reason = _why(repository, run) if run.conclusion in _FAILED else ""
            return RunSeen(
                run_id=run.id,
                run_attempt=run.run_attempt,
                url=run.html_url,
                status=_status(run.status),
                conclusion=run.conclusion if run.status == "completed" else None,
                reason=reason[:_REASON],
            )


def _pull_seen(pull: PullRequest, review: Review) -> PullRequestSeen:
    merged = pull.merged or pull.merged_at is not None
    return PullRequestSeen(
        number=pull.number,
        url=pull.html_url,
        title=_WITHHELD if any(secret_fields(pull.title)) else pull.title[:_TITLE],
        # GitHub has been seen to say `open` of a pull request that was closed a moment ago
        state="closed" if merged or pull.closed_at is not None or pull.state == "closed" else "open",
        merged=merged,
        head_sha=pull.head.sha,
        review=review,
    )


def latest_review(reviews: Iterable[PullRequestReview], head_sha: str) -> Review:
    """Each reviewer's last word on `head_sha`, oldest first; one demand for changes outweighs any approval."""
    last = {
        _reviewer(review): review.state
        for review in reviews
        if review.commit_id == head_sha and review.state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
    }
    if "CHANGES_REQUESTED" in last.values():
        return "changes_requested"
    return "approved" if "APPROVED" in last.values() else "none"


def _reviewer(review: PullRequestReview) -> int | None:
    """None for a deleted account, which GitHub gives as null."""
    user = cast("NamedUser | None", review.user)
    return None if user is None else user.id


def _status(status: str) -> Literal["queued", "in_progress", "completed"]:
    """`requested`, `waiting` and `pending` are ways to be queued."""
    if status == "completed":
        return "completed"
    return "in_progress" if status == "in_progress" else "queued"


def _why(repository: Repository, run: WorkflowRun) -> str:
    job = next((job for job in run.jobs() if job.conclusion in _FAILED), None)
    if job is None:
        return f"the run ended as {run.conclusion} without a failed job"
    step = next((step.name for step in job.steps if step.conclusion in _FAILED), None)
    where = f"job '{job.name}' failed at step '{step}'" if step else f"job '{job.name}' ended as {job.conclusion}"
    return _first_annotation(repository, job) or where


def _first_annotation(repository: Repository, job: WorkflowJob) -> str:
    """The first failure that says more than an exit code, and shows no credential: the history keeps what it is given.

    Without the right to read checks, there is none.
    """
    check_run = repository.get_check_run(int(job.check_run_url.rsplit("/", 1)[-1]))
    try:
        with translated(f"show the annotations of job {job.id}"):
            messages = [note.message for note in check_run.get_annotations() if note.annotation_level == "failure"]
    except (PermanentError, NotFoundError):
        return ""
    telling = (message.strip() for message in messages if not _SAYS_NOTHING.fullmatch(message.strip()))
    return next((message for message in telling if message and not any(secret_fields(message))), "")
