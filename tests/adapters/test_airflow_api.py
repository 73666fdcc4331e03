"""AirflowDeployment over HTTP: against the mock deployments, and against what else may answer at such an address."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from sandbox.deployment.server import MockAirflow
from sandbox.serving import Server
from shared.adapters.airflow_api import AirflowDeployment
from shared.adapters.secrets import FixedSecrets
from shared.errors import PermanentError, RetryableError
from shared.names import DEPLOYMENT_TOKEN
from shared.ports.deployment import Deployment, Health
from tests.fakes.clock import FakeClock
from tests.fakes.door import FakeDoor

RESOURCE, TEST = "email.notifications", "test"


@pytest.fixture
def airflow(tmp_path: Path) -> Iterator[MockAirflow]:
    mock = MockAirflow(tmp_path / "airflow.db", FakeClock())
    yield mock
    mock.close()


@pytest.fixture
def url(airflow: MockAirflow) -> str:
    return f"{airflow.serve()}/{RESOURCE}/{TEST}"


@pytest.fixture
def deployment() -> Deployment:
    return AirflowDeployment()


def test_a_healthy_deployment_says_so_of_each_component(deployment: Deployment, url: str) -> None:
    health = deployment.health(url)
    assert health == Health(
        (("dag_processor", "healthy"), ("metadatabase", "healthy"), ("scheduler", "healthy"), ("triggerer", "healthy"))
    )
    assert health.healthy


def test_an_unhealthy_component_is_named_and_one_that_is_not_deployed_is_left_out(
    airflow: MockAirflow, deployment: Deployment, url: str
) -> None:
    airflow.set_health(RESOURCE, TEST, "scheduler", "unhealthy")
    airflow.set_health(RESOURCE, TEST, "triggerer", None)
    health = deployment.health(url)
    assert health == Health((("dag_processor", "healthy"), ("metadatabase", "healthy"), ("scheduler", "unhealthy")))
    assert not health.healthy


def test_all_dags_are_listed_however_many_pages_they_fill(
    airflow: MockAirflow, deployment: Deployment, url: str
) -> None:
    ids = [f"dag_{number:03d}" for number in range(250)]
    airflow.seed(RESOURCE, TEST, ids[::-1])
    assert deployment.items(url) == ids


def test_a_deployment_may_hold_no_dags(airflow: MockAirflow, deployment: Deployment, url: str) -> None:
    airflow.seed(RESOURCE, TEST, [])
    assert deployment.items(url) == []


def test_a_trailing_slash_of_the_address_does_not_matter(deployment: Deployment, url: str) -> None:
    assert len(deployment.items(f"{url}/")) == 10


def test_migrating_a_dag_lets_it_run_and_twice_is_once(airflow: MockAirflow, deployment: Deployment, url: str) -> None:
    assert not deployment.is_migrated(url, "dag_03")
    deployment.migrate(url, "dag_03")
    deployment.migrate(url, "dag_03")
    assert deployment.is_migrated(url, "dag_03")
    assert (airflow.running(RESOURCE, TEST), airflow.acts(RESOURCE, TEST)) == (["dag_03"], {"dag_03": 2})


def test_a_refused_migration_carries_the_apis_own_words(airflow: MockAirflow, deployment: Deployment, url: str) -> None:
    airflow.fail(RESOURCE, TEST, "dag_05", "Connection `warehouse` is missing")
    with pytest.raises(PermanentError) as caught:
        deployment.migrate(url, "dag_05")
    assert (caught.value.code, caught.value.reason) == (
        "409",
        f"{url}/api/v2/dags/dag_05 answered 409: Connection `warehouse` is missing",
    )
    assert not deployment.is_migrated(url, "dag_05")


@pytest.mark.parametrize("item", ["a/b", "a b", "ä%2F", "a?b=c", "a#b", "../../other/prod/api/v2/dags/dag_01", "a;b"])
def test_any_id_reaches_its_own_dag_only(airflow: MockAirflow, deployment: Deployment, url: str, item: str) -> None:
    airflow.seed(RESOURCE, TEST, [item, "dag_01"])
    deployment.migrate(url, item)
    assert (airflow.acts(RESOURCE, TEST), deployment.is_migrated(url, item)) == ({item: 1}, True)


@pytest.mark.parametrize("item", ["", ".", ".."])
def test_an_id_that_is_a_step_in_a_path_is_refused(deployment: Deployment, url: str, item: str) -> None:
    with pytest.raises(PermanentError) as caught:
        deployment.migrate(url, item)
    assert caught.value.code == "no_such_item"


def test_a_dag_that_is_not_there_is_a_permanent_error(deployment: Deployment, url: str) -> None:
    for act in (deployment.is_migrated, deployment.migrate):
        with pytest.raises(PermanentError, match="The Dag with ID: `dag_99` was not found") as caught:
            act(url, "dag_99")
        assert caught.value.code == "404"


def test_the_token_goes_along_where_there_is_one_and_nothing_replaces_it(
    door: FakeDoor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    door.answer = Response(json.dumps({"scheduler": {"status": "healthy"}}))
    AirflowDeployment(FixedSecrets({DEPLOYMENT_TOKEN: "t0ken\n"})).health(door.url)
    assert door.deliveries[-1].headers["Authorization"] == "Bearer t0ken"
    monkeypatch.delenv("NETRC")
    AirflowDeployment().health(door.url)
    assert "Authorization" not in door.deliveries[-1].headers


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_deployment_in_trouble_is_tried_again(deployment: Deployment, door: FakeDoor, status: int) -> None:
    door.answer = Response("restarting", status)
    with pytest.raises(RetryableError, match=f"{status}: restarting"):
        deployment.migrate(door.url, "dag_01")
    assert len(door.deliveries) == 1


def test_a_rate_limit_says_when_to_come_back(deployment: Deployment, door: FakeDoor) -> None:
    door.answer = Response("slow down", 429, {"Retry-After": "12"})
    with pytest.raises(RetryableError) as caught:
        deployment.health(door.url)
    assert caught.value.delay == 12.0


def test_a_deployment_that_is_not_there_is_tried_again(deployment: Deployment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(RetryableError, match="could not be reached"):
        deployment.health(url)


def test_a_redirect_is_not_followed_and_says_where_it_points(door: FakeDoor) -> None:
    elsewhere = FakeDoor()
    with Server(elsewhere) as server:
        door.answer = Response(status=302, headers={"Location": f"{server.url}/login"})
        with pytest.raises(PermanentError, match=f"302: go to {server.url}/login"):
            AirflowDeployment(FixedSecrets({DEPLOYMENT_TOKEN: "t0ken\n"})).health(door.url)
    assert elsewhere.deliveries == []


@pytest.mark.parametrize("body", ["<html>", "[]", "null", '"x"', '{"dags": 5}', '{"dags": [{}]}', '{"dags": []}', ""])
def test_what_is_no_airflow_is_said_to_be_none(deployment: Deployment, door: FakeDoor, body: str) -> None:
    door.answer = Response(body)
    with pytest.raises(PermanentError) as caught:
        deployment.items(door.url) if body != '{"dags": []}' else deployment.is_migrated(door.url, "dag_01")
    assert caught.value.code == "not_airflow"


def test_a_list_without_an_end_is_given_up(
    deployment: Deployment, door: FakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.adapters.airflow_api.MOST_PAGES", 3)
    door.answer = Response('{"dags": [{"dag_id": "a"}], "total_entries": 1000000}')
    with pytest.raises(PermanentError) as caught:
        deployment.items(door.url)
    assert (caught.value.code, len(door.deliveries)) == ("endless", 3)


def test_a_huge_refusal_is_cut(deployment: Deployment, door: FakeDoor) -> None:
    door.answer = Response(json.dumps({"detail": "x" * 100_000}), 409)
    with pytest.raises(PermanentError) as caught:
        deployment.migrate(door.url, "dag_01")
    assert len(caught.value.reason) < 600


@pytest.mark.parametrize(
    "url",
    [
        "",
        "airflow.example.com",
        "file:///etc/passwd",
        "ftp://airflow.example.com",
        "https://",
        "https://user:t0ken@airflow.example.com",
        "https://airflow.example.com?x=1",
        "https://airflow.example.com/#a",
        "http://[::1",
        "http://a..b/",
        "http://127.0.0.1:99999",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secrets(deployment: Deployment, url: str) -> None:
    with pytest.raises(PermanentError, match="deployment_url") as caught:
        deployment.health(url)
    assert caught.value.code == "wrong_address"
    assert "t0ken" not in caught.value.reason
