"""Starts workflow runs that carry our operation id, so that one that was started can always be found again."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Final

from github import Github, GithubException
from github.Repository import Repository
from github.Workflow import Workflow
from github.WorkflowRun import WorkflowRun

from shared.adapters.github_client import named_repository, translated
from shared.errors import PermanentError
from shared.ports.github import DispatchedRun

OPERATION_INPUT: Final = "waymark_operation"
MAX_INPUTS: Final = 25
"""GitHub docs: the maximum number of properties of `inputs`."""
NEWEST: Final = 500
"""How many of a workflow's runs are looked through: five pages. GitHub itself shows at most 1,000."""
_BAD_REQUEST: Final = 400


class GithubWorkflows:
    """The port `Workflows`. `workflow` is a file name below `.github/workflows`."""

    def __init__(self, client: Github) -> None:
        self._client = client

    def find(self, repository: str, workflow: str, operation: str) -> DispatchedRun | None:
        """Two to six calls. The newest run wins, should there be two."""
        with translated(f"list the runs of {workflow} in {repository}"):
            repo = named_repository(self._client, repository)
            return _find(repo, repo.get_workflow(workflow), operation)

    def dispatch(
        self, repository: str, workflow: str, ref: str, inputs: Mapping[str, str], operation: str
    ) -> DispatchedRun | None:
        """Two calls. After a RetryableError the run may have been started: `find` tells."""
        given = {**inputs, OPERATION_INPUT: operation}
        if len(given) > MAX_INPUTS:
            raise PermanentError(
                f"{workflow} in {repository} would get {len(given)} inputs, {OPERATION_INPUT} among them; GitHub takes "
                f"{MAX_INPUTS}: give the step fewer.",
                "too_many_inputs",
            )
        with translated(f"dispatch {workflow} at {ref} in {repository} (it must declare the input {OPERATION_INPUT})"):
            repo = named_repository(self._client, repository)
            found = repo.get_workflow(workflow)
            run = _dispatch(found, ref, given)
            return _dispatched(repo, run) if run is not None else _find(repo, found, operation)


def _dispatch(workflow: Workflow, ref: str, inputs: dict[str, str]) -> WorkflowRun | None:
    """None where GitHub does not say which run it is: GitHub Enterprise Server to 3.20 answers 400 when asked."""
    try:
        run = workflow.create_dispatch(ref, inputs, throw=True, return_run_details=True)
    except GithubException as exc:
        if exc.status != _BAD_REQUEST:
            raise
        workflow.create_dispatch(ref, inputs, throw=True)
        return None
    answer: object = run  # typed as a run alone, yet True where GitHub answered 204
    return answer if isinstance(answer, WorkflowRun) else None


def _find(repository: Repository, workflow: Workflow, operation: str) -> DispatchedRun | None:
    # an operation may be the beginning of another one's id: .../1 and .../12, .../1+2
    whole = re.compile(rf"(?<![\w./+-]){re.escape(operation)}(?![\w/+-]|\.\w)")
    runs = islice(workflow.get_runs(event="workflow_dispatch"), NEWEST)
    return next((_dispatched(repository, run) for run in runs if whole.search(run.display_title or "")), None)


def _dispatched(repository: Repository, run: WorkflowRun) -> DispatchedRun:
    return DispatchedRun(repository.id, run.id, run.html_url)
