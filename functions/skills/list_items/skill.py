"""Lists what a person may choose among."""

from typing import Final

from shared.domain.deployment_url import deployment_url
from shared.domain.reports import failed
from shared.ports.deployment import Deployment
from shared.ports.effects import Report
from shared.ports.skills import Work
from state_schema.signals import LARGEST_CHOICES, Succeeded, size_of
from state_schema.skills import DeploymentInputs

_MOST: Final = 5000
_LONGEST: Final = 200


def list_items(work: Work[DeploymentInputs], *, deployment: Deployment, url_template: str) -> Report:
    """Asks the deployment for its DAGs.

    Purpose:
        Offers the choices of a decision.

    Inputs:
        `url` (optional): the deployment; else the settings' template says where it is.

    Outputs:
        None in `outputs`; the ids are the report's `choices`, sorted, each once. None at all is a valid answer.

    Idempotency:
        Reads only.

    Failure modes:
        Blocking `too_many_items`, `item_name_too_long`: such a list cannot be offered. Blocking where there is no address.
        Transient where the deployment cannot be reached.
    """
    url = deployment_url(work.inputs.url, url_template, work.scope)
    items = tuple(sorted(set(deployment.items(url))))
    if len(items) > _MOST or size_of(items) > LARGEST_CHOICES:
        reason = f"{url} has {len(items)} DAGs, more than can be offered at once: split the deployment, or leave out the step."
        return failed("blocking", reason, "too_many_items")
    too_long = next((item for item in items if len(item) > _LONGEST), None)
    if too_long is not None:
        reason = f"The DAG id {too_long[:60]!r}… at {url} has {len(too_long)} characters, {_LONGEST} can be offered: rename it."
        return failed("blocking", reason, "item_name_too_long")
    return Succeeded(choices=items)
