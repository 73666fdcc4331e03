"""Opens the one pull request of a step, however often it is asked to: its branch is the step's, so it is found again."""

from collections.abc import Mapping
from typing import TypeVar

from shared.domain.branches import branch_name
from shared.messages import pull_requests as messages
from shared.ports.github import OpenedPullRequest, Proposal, PullRequests
from shared.ports.skills import Work
from state_schema.migration import Outputs
from state_schema.model import Model
from state_schema.orders import Order

Inputs = TypeVar("Inputs", bound=Model)


def proposed_before(pull_requests: PullRequests, repository: str, order: Order) -> Outputs | None:
    """The outputs of the step's pull request where it is open or merged; None where one is still to be opened."""
    found = pull_requests.find(repository, _branch(order))
    return None if found is None or found.state == "closed" else _outputs(found)


def propose(
    pull_requests: PullRequests,
    work: Work[Inputs],
    *,
    repository: str,
    base: str,
    files: Mapping[str, str | None],
    what: str,
    details: str = "",
) -> Outputs:
    """Opens it with `files` on top of `base`; its outputs: `address` is what an approval of this step watches."""
    opened = pull_requests.open(
        Proposal(
            repository=repository,
            branch=_branch(work.order),
            base=base,
            title=messages.title(work),
            body=messages.body(work, what, details),
            files=files,
        )
    )
    return _outputs(opened)


def _branch(order: Order) -> str:
    # A rollback has a pull request of its own: the step's would be found, merged, and taken for it.
    return branch_name(order.migration, order.track, f"{order.step}=back" if order.rollback else order.step)


def _outputs(opened: OpenedPullRequest) -> Outputs:
    return {
        "pull_request": opened.url,
        "number": opened.number,
        "repository_id": opened.repository_id,
        "head_sha": opened.head_sha,
        "address": f"pull_request:{opened.repository_id}/{opened.number}",
    }
