"""Proposes a resource's files, made from a template, to the people who own the repository."""

from functions.skills.open_pull_request.rendering import rendered_files
from shared.app.propose import propose, proposed_before
from shared.domain.reports import failed
from shared.domain.repository_paths import is_repository_path
from shared.messages.pull_requests import code
from shared.ports.effects import Report
from shared.ports.github import Contents, PullRequests
from shared.ports.skills import Work
from state_schema.ids import SHARED_TRACK
from state_schema.signals import Succeeded
from state_schema.skills import OpenPullRequestInputs


def open_pull_request(work: Work[OpenPullRequestInputs], *, pull_requests: PullRequests, contents: Contents) -> Report:
    """Opens the pull request of this step.

    Purpose:
        Puts `templates/<template>` of the repository, rendered, below `components/<resource>/<environment>/`.

    Inputs:
        `repository`, `template` (a folder), `base` (the branch to propose to and to read the template from).

    Outputs:
        `pull_request` (its address for people), `number`, `repository_id`, `head_sha`, and `address`, which an
        approval of this step watches.

    Idempotency:
        Looks for the step's branch first: a pull request from it that is open or merged is the result, whoever
        asks again. Only a closed one is followed by another.

    Failure modes:
        Blocking `template_bad_path`, `template_same_path`, `template_unknown_name`, `template_empty`: a person corrects
        the template. What GitHub refuses is blocking, what it cannot do now transient.
    """
    inputs = work.inputs
    folder = f"templates/{inputs.template}"
    if not is_repository_path(folder):
        return failed(
            "blocking", f"{folder[:150]!r} is no folder of a repository: correct the plan.", "template_bad_path"
        )
    before = proposed_before(pull_requests, inputs.repository, work.order)
    if before is not None:
        return Succeeded(outputs=before)
    target = f"components/{work.resource.id}/{work.order.environment or SHARED_TRACK}"
    files = rendered_files(contents.folder(inputs.repository, folder, inputs.base), folder, target, work.scope)
    if not files:
        return failed("blocking", f"{folder!r} of {inputs.repository} is empty: add the files.", "template_empty")
    what = f"Adds the {len(files)} files of the template {code(inputs.template)} below {code(target)}."
    opened = propose(pull_requests, work, repository=inputs.repository, base=inputs.base, files={**files}, what=what)
    return Succeeded(outputs=opened)
