"""`list_items`: what a person may choose among."""

import pytest

from functions.skills.list_items.skill import list_items
from shared.errors import RetryableError
from shared.ports.effects import Report
from state_schema.signals import Failed, Reported, Succeeded
from state_schema.skills import DeploymentInputs
from tests.fakes.deployment import FakeDeployment
from tests.fakes.work import NOW, a_work

TEMPLATE = "https://{resource.id}{environment.cluster_suffix}.airflow.example.com"


def run(deployment: FakeDeployment, url: str | None = None) -> Report:
    work = a_work("list_items", DeploymentInputs(url=url), step="migrate.choose")
    return list_items(work, deployment=deployment, url_template=TEMPLATE)


def test_the_dags_of_the_deployment_are_offered_in_order_each_once() -> None:
    class Doubled(FakeDeployment):
        def items(self, url: str) -> list[str]:
            return [*super().items(url), "dag_01"]

    deployment = Doubled("dag_02", "dag_01")
    assert run(deployment) == Succeeded(choices=("dag_01", "dag_02"))
    assert deployment.urls == {"https://email.notifications-test.airflow.example.com"}


def test_the_plans_own_address_is_asked() -> None:
    deployment = FakeDeployment("dag_01")
    run(deployment, "https://airflow.example.com/test/")
    assert deployment.urls == {"https://airflow.example.com/test"}


def test_no_dags_are_an_empty_choice() -> None:
    assert run(FakeDeployment()) == Succeeded(choices=())


@pytest.mark.parametrize("names", [[f"d{n}" for n in range(5001)], [f"{n:04}" + "ü" * 100 for n in range(1000)]])
def test_more_than_can_be_offered_is_told(names: list[str]) -> None:
    report = run(FakeDeployment(*names))
    assert isinstance(report, Failed)
    assert (report.category, report.code) == ("blocking", "too_many_items")
    assert f"has {len(names)} DAGs" in report.reason


def test_a_name_too_long_to_offer_is_told() -> None:
    report = run(FakeDeployment("short", "x" * 201))
    assert isinstance(report, Failed)
    assert (report.category, report.code) == ("blocking", "item_name_too_long")
    assert "has 201 characters" in report.reason


def test_the_longest_list_that_is_offered_fits_into_one_message() -> None:
    report = run(FakeDeployment(*(f"{n:04}" + "x" * 31 for n in range(4600))))
    assert isinstance(report, Succeeded)
    key = "airflow-3/email.notifications/test/migrate.choose/1"
    signal = Reported(
        id="r", at=NOW, migration="airflow-3/email.notifications", key=key, skill="list_items", report=report
    )
    assert len(signal.model_dump_json().encode()) < 256 * 1024


def test_a_deployment_that_cannot_be_reached_passes_to_the_frame() -> None:
    deployment = FakeDeployment("dag_01")
    deployment.refusals["items"] = RetryableError("no route")
    with pytest.raises(RetryableError):
        run(deployment)
