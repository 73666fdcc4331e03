"""Proposes a resource's DAGs, rewritten for Airflow 3 as far as rules can, and says what people have to do."""

from functions.skills.rewrite_dags.findings import findings_table
from shared.app.propose import propose, proposed_before
from shared.domain.reports import failed
from shared.domain.repository_paths import is_repository_path
from shared.messages.pull_requests import code
from shared.ports.effects import Report
from shared.ports.github import Contents, PullRequests
from shared.ports.rewriting import Linter
from shared.ports.skills import Work
from state_schema.signals import Succeeded
from state_schema.skills import RewriteDagsInputs


def rewrite_dags(
    work: Work[RewriteDagsInputs], *, pull_requests: PullRequests, contents: Contents, linter: Linter
) -> Report:
    """Opens one pull request with the DAGs that changed.

    Purpose:
        Runs the rules for Airflow 3 over the folder, and lists in the pull request what they could not repair.

    Inputs:
        `repository`, `path` (the DAG folder), `base` (the branch to read from and to propose to).

    Outputs:
        `changed` (files) and `remaining` (findings); where something changed also `pull_request`, `number`,
        `repository_id`, `head_sha` and `address`. Where nothing changed there is no pull request and no `address`.
        One that is found again comes without the two counts: its base may have moved since.

    Idempotency:
        Looks for the step's branch first, as every skill that proposes; the rewriting itself leaves nothing behind.

    Failure modes:
        Blocking `path_invalid`; what GitHub or the linter refuses is blocking, what they cannot do now transient.
        A DAG with a syntax error is a finding, not a failure.
    """
    inputs = work.inputs
    folder = inputs.path.rstrip("/")
    if not is_repository_path(folder):
        return failed("blocking", f"{folder[:150]!r} is no folder of a repository: correct the plan.", "path_invalid")
    before = proposed_before(pull_requests, inputs.repository, work.order)
    if before is not None:
        return Succeeded(outputs=before)
    rewritten = linter.rewrite(contents.folder(inputs.repository, folder, inputs.base))
    changed, remaining = len(rewritten.files), len(rewritten.remaining)
    if not changed:
        return Succeeded(outputs={"changed": 0, "remaining": remaining})
    opened = propose(
        pull_requests,
        work,
        repository=inputs.repository,
        base=inputs.base,
        files={**rewritten.files},
        what=f"Rewrites {changed} files below {code(folder)} for Airflow 3 with ruff's AIR3 rules, unsafe fixes included.",
        details=findings_table(rewritten.remaining),
    )
    return Succeeded(outputs={**opened, "changed": changed, "remaining": remaining})
