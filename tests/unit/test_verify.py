"""`verify`: a deployment is healthy where every component says so."""

import pytest

from functions.skills.verify.skill import verify
from shared.errors import PermanentError, RetryableError
from shared.ports.effects import Report
from state_schema.signals import Failed, Succeeded
from state_schema.skills import DeploymentInputs
from tests.fakes.deployment import FakeDeployment
from tests.fakes.work import a_work


def run(deployment: FakeDeployment, template: str = "https://{resource.id}.example.com") -> Report:
    work = a_work("verify", DeploymentInputs(), step="verify.check")
    return verify(work, deployment=deployment, url_template=template)


def test_a_healthy_deployment_is_reported_with_its_components() -> None:
    deployment = FakeDeployment()
    assert run(deployment) == Succeeded(
        outputs={"healthy": True, "components": "metadatabase healthy, scheduler healthy"}
    )
    assert deployment.urls == {"https://email.notifications.example.com"}


def test_the_components_that_are_not_healthy_are_named() -> None:
    deployment = FakeDeployment()
    deployment.components = (("metadatabase", "healthy"), ("scheduler", "unhealthy"), ("triggerer", "starting"))
    assert run(deployment) == Failed(
        category="retriable",
        reason="https://email.notifications.example.com is not healthy: scheduler unhealthy, triggerer starting.",
        code="unhealthy",
    )


def test_a_deployment_without_components_is_not_healthy() -> None:
    deployment = FakeDeployment()
    deployment.components = ()
    report = run(deployment)
    assert isinstance(report, Failed)
    assert report.reason == "https://email.notifications.example.com is not healthy: it names no component."


@pytest.mark.parametrize("status", ["healthy", "ill"])
def test_a_flood_of_components_fits_into_the_report(status: str) -> None:
    deployment = FakeDeployment()
    deployment.components = tuple((f"{number}" + "x" * 5000, status) for number in range(1000))
    report = run(deployment)
    assert len(report.model_dump_json()) < 1024
    assert "990 more" in report.model_dump_json() or isinstance(report, Failed)


def test_without_an_address_the_frame_is_told() -> None:
    with pytest.raises(PermanentError, match="There is no address"):
        run(FakeDeployment(), "")


def test_a_deployment_that_cannot_be_reached_passes_to_the_frame() -> None:
    deployment = FakeDeployment()
    deployment.refusals["health"] = RetryableError("no route")
    with pytest.raises(RetryableError):
        run(deployment)
