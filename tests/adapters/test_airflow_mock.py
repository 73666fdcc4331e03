"""The mock deployments over HTTP, as Airflow's REST API answers, and their control routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox.deployment.server import MockAirflow
from tests.fakes.clock import FakeClock


@pytest.fixture
def airflow(tmp_path: Path) -> Iterator[MockAirflow]:
    mock = MockAirflow(tmp_path / "airflow.db", FakeClock())
    yield mock
    mock.close()


@pytest.fixture
def base(airflow: MockAirflow) -> str:
    return airflow.serve()


def patch(base: str, item: str, body: object) -> requests.Response:
    return requests.patch(f"{base}/etl/test/api/v2/dags/{item}", json=body, timeout=5)


def test_a_deployment_has_ten_paused_dags_until_it_is_seeded(base: str) -> None:
    answer = requests.get(f"{base}/etl/test/api/v2/dags", timeout=5).json()
    assert (answer["total_entries"], answer["dags"][9]) == (
        10,
        {"dag_id": "dag_10", "dag_display_name": "dag_10", "is_paused": True, "is_stale": False, "tags": []},
    )


def test_the_dags_come_in_pages_of_at_most_a_hundred(airflow: MockAirflow, base: str) -> None:
    airflow.seed("etl", "test", [f"dag_{number:03d}" for number in range(130)])

    def page(query: str) -> tuple[int, str]:
        dags = requests.get(f"{base}/etl/test/api/v2/dags?{query}", timeout=5).json()["dags"]
        return len(dags), dags[0]["dag_id"] if dags else ""

    assert [page(""), page("limit=500"), page("limit=100&offset=100"), page("offset=130"), page("limit=7&offset=5")] == [
        (50, "dag_000"), (100, "dag_000"), (30, "dag_100"), (0, ""), (7, "dag_005"),
    ]  # fmt: skip
    assert requests.get(f"{base}/etl/test/api/v2/dags?limit=x", timeout=5).status_code == 422


def test_the_health_is_that_of_each_component(base: str) -> None:
    beat = "2026-11-02T09:00:00+00:00"
    assert requests.get(f"{base}/etl/test/api/v2/monitor/health", timeout=5).json() == {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": beat},
        "triggerer": {"status": "healthy", "latest_triggerer_heartbeat": beat},
        "dag_processor": {"status": "healthy", "latest_dag_processor_heartbeat": beat},
    }


def test_environments_do_not_touch_each_other(airflow: MockAirflow, base: str) -> None:
    patch(base, "dag_01", {"is_paused": False})
    assert (airflow.acts("etl", "test"), airflow.acts("etl", "prod"), airflow.acts("ml", "test")) == (
        {"dag_01": 1}, {}, {},
    )  # fmt: skip
    assert (airflow.running("etl", "test"), airflow.running("etl", "prod")) == (["dag_01"], [])


@pytest.mark.parametrize("body", [None, [], {}, {"is_paused": "false"}, {"is_paused": False, "tags": []}, {"tags": []}])
def test_a_patch_that_airflow_refuses_is_no_act(airflow: MockAirflow, base: str, body: object) -> None:
    assert patch(base, "dag_01", body).status_code == 422
    assert airflow.acts("etl", "test") == {}


def test_a_staged_failure_is_counted_and_ends_after_so_many_times(airflow: MockAirflow, base: str) -> None:
    airflow.fail("etl", "test", "dag_05", "no connection", times=2)
    answers = [patch(base, "dag_05", {"is_paused": False}) for _ in range(3)]
    assert [(answer.status_code, answer.json().get("detail")) for answer in answers] == [
        (409, "no connection"),
        (409, "no connection"),
        (200, None),
    ]
    assert (airflow.acts("etl", "test"), airflow.running("etl", "test")) == ({"dag_05": 3}, ["dag_05"])


def test_a_failure_of_a_dag_that_is_not_there_cannot_be_staged(airflow: MockAirflow) -> None:
    with pytest.raises(LookupError, match="dag_99"):
        airflow.fail("etl", "test", "dag_99", "no connection")


def test_the_routes_stage_and_count(airflow: MockAirflow, base: str) -> None:
    def act(name: str, **given: object) -> requests.Response:
        return requests.post(
            f"{base}/_sandbox/{name}", json={"resource": "etl", "environment": "test"} | given, timeout=5
        )

    assert "POST  /_sandbox/seed" in requests.get(base, timeout=5).text
    assert [
        act("seed", items=["a", "b"]).status_code,
        act("fail", item="a", reason="no", times=1).status_code,
        act("set_health", component="scheduler", status="unhealthy").status_code,
        act("fail", item="z", reason="no").status_code,
        act("seed", colour="red").status_code,
        act("explode").status_code,
    ] == [200, 200, 200, 404, 400, 404]
    assert patch(base, "a", {"is_paused": False}).status_code == 409
    assert act("acts").json() == {"result": {"a": 1}}


def test_what_was_done_outlives_the_server(airflow: MockAirflow, base: str, tmp_path: Path) -> None:
    patch(base, "dag_01", {"is_paused": False})
    airflow.close()
    again = MockAirflow(tmp_path / "airflow.db", FakeClock())
    assert (again.acts("etl", "test"), again.running("etl", "test")) == ({"dag_01": 1}, ["dag_01"])
    again.close()
