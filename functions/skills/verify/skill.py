"""Asks a deployment whether it is well, before people are asked to accept it."""

from typing import Final

from shared.domain.deployment_url import deployment_url
from shared.domain.reports import failed
from shared.ports.deployment import Deployment
from shared.ports.effects import Report
from shared.ports.skills import Work
from state_schema.signals import Succeeded
from state_schema.skills import DeploymentInputs

_SHOWN: Final = 10
_LONGEST: Final = 40


def verify(work: Work[DeploymentInputs], *, deployment: Deployment, url_template: str) -> Report:
    """Reads the deployment's health.

    Purpose:
        Makes sure that every component says that it is healthy.

    Inputs:
        `url` (optional): the deployment; else the settings' template says where it is.

    Outputs:
        `healthy` (true), `components` (each with its status, in one line).

    Idempotency:
        Reads only.

    Failure modes:
        Retriable `unhealthy`, with the components that are not; blocking where there is no address; transient where the
        deployment cannot be reached.
    """
    url = deployment_url(work.inputs.url, url_template, work.scope)
    health = deployment.health(url)
    if health.healthy:
        return Succeeded(outputs={"healthy": True, "components": _listed(health.components)})
    ill = tuple(one for one in health.components if one[1] != "healthy")
    said = _listed(ill) if ill else "it names no component"
    return failed("retriable", f"{url[:150]} is not healthy: {said}.", "unhealthy")


def _listed(components: tuple[tuple[str, str], ...]) -> str:
    shown = [f"{name[:_LONGEST]} {status[:_LONGEST]}" for name, status in components[:_SHOWN]]
    more = [f"{len(components) - _SHOWN} more"] if len(components) > _SHOWN else []
    return ", ".join(shown + more)
