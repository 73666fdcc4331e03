"""The webhooks of the mock GitHub: signed, realistic, sent once, lost and repeated on request."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.github.controls import Controls
from sandbox.serving import Server
from shared.adapters.github_workflows import GithubWorkflows
from shared.webhooks.signatures import github_signature
from tests.adapters.github_world import ANA, WEBHOOK_SECRET, GithubWorld, a_github_world, a_mock
from tests.fakes.door import Delivery, FakeDoor


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


@pytest.fixture
def door(world: GithubWorld) -> Iterator[FakeDoor]:
    found = FakeDoor()
    with Server(found) as server:
        found.url = f"{server.url}/github/webhooks"
        world.mock.webhook_url = found.url
        yield found


def events(door: FakeDoor) -> list[tuple[str, str | None]]:
    return [(one.headers["X-Github-Event"], payload(one).get("action")) for one in door.deliveries]


def payload(delivery: Delivery) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(delivery.body)
    return found


def a_run(world: GithubWorld, environment: str = "test") -> int:
    run = GithubWorkflows(world.client).dispatch(
        "acme/dags", "deploy.yml", "main", {"environment": environment}, "op/1"
    )
    assert run is not None
    return run.run_id


def test_nothing_is_sent_before_it_is_asked_for(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    assert door.deliveries == []
    assert world.mock.deliver_pending() == 3
    assert world.mock.deliver_pending() == 0
    assert events(door) == [("push", None), ("push", None), ("pull_request", "opened")]


def test_webhooks_wait_for_an_address(world: GithubWorld) -> None:
    world.open_pull()
    assert world.mock.deliver_pending() == 0
    assert {one["status"] for one in world.mock.deliveries()} == {"pending"}


def test_delivery_is_signed_and_named_as_githubs_are(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.deliver_pending()
    last = door.deliveries[-1]
    assert last.path == "/github/webhooks"
    assert last.headers["X-Hub-Signature-256"] == github_signature(WEBHOOK_SECRET, last.body)
    assert last.headers["Content-Type"] == "application/json"
    assert last.headers["X-Github-Hook-Id"].isdecimal()
    assert len({one.headers["X-Github-Delivery"] for one in door.deliveries}) == 3


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda github: github.close_unmerged("acme/dags", 1, person=ANA), [("pull_request", "closed")]),
        (lambda github: github.merge("acme/dags", 1, person=ANA), [("pull_request", "closed"), ("push", None)]),
        (
            lambda github: github.push_to("acme/dags", 1, {"x": "y"}, person=ANA),
            [("push", None), ("pull_request", "synchronize")],
        ),
        (lambda github: github.review("acme/dags", 1, "APPROVE", person=ANA), [("pull_request_review", "submitted")]),
        (lambda github: github.comment("acme/dags", 1, "Hm", person=ANA), [("issue_comment", "created")]),
        (lambda github: github.push("acme/dags", "main", {"x": "y"}, person=ANA), [("push", None)]),
    ],
)
def test_acts_of_people_are_told_in_their_name(
    world: GithubWorld, door: FakeDoor, act: Callable[[Controls], object], told: list[tuple[str, str | None]]
) -> None:
    world.open_pull()
    world.mock.deliver_pending()
    del door.deliveries[:]
    act(world.mock)
    world.mock.deliver_pending()
    assert events(door) == told
    for one in door.deliveries:
        body = payload(one)
        assert (body["sender"]["id"], body["sender"]["login"]) == (ANA.id, ANA.login)
        assert (body["repository"]["id"], body["repository"]["full_name"]) == (world.repository_id, "acme/dags")


def test_merge_is_told_with_what_an_observer_reads(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.merge("acme/dags", 1)
    world.mock.deliver_pending()
    body = next(payload(one) for one in door.deliveries if payload(one).get("action") == "closed")
    pull = body["pull_request"]
    assert (body["number"], pull["number"], pull["state"], pull["merged"]) == (1, 1, "closed", True)
    assert (pull["merged_at"], len(pull["head"]["sha"]), pull["merged_by"]["login"]) == (
        "2026-11-02T09:00:00Z",
        40,
        "reviewer",
    )


def test_reopened_pull_request_is_told(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.close_unmerged("acme/dags", 1)
    world.mock.reopen("acme/dags", 1)
    world.mock.deliver_pending()
    assert events(door)[-2:] == [("pull_request", "closed"), ("pull_request", "reopened")]


def test_review_is_spelled_in_lower_case_as_githubs_webhooks_do(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.review("acme/dags", 1, "REQUEST_CHANGES", text="No", person=ANA)
    world.mock.deliver_pending()
    review = payload(door.deliveries[-1])["review"]
    assert (review["state"], review["body"], review["user"]["id"]) == ("changes_requested", "No", ANA.id)


def test_run_is_told_at_each_of_its_turns(world: GithubWorld, door: FakeDoor) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure")
    world.mock.rerun(run_id)
    world.mock.deliver_pending()
    runs = [payload(one)["workflow_run"] for one in door.deliveries]
    assert [
        (action, run["run_attempt"], run["status"], run["conclusion"])
        for (_, action), run in zip(events(door), runs, strict=True)
    ] == [
        ("requested", 1, "queued", None),
        ("in_progress", 1, "in_progress", None),
        ("completed", 1, "completed", "failure"),
        ("requested", 2, "queued", None),
        ("in_progress", 2, "in_progress", None),
    ]
    assert {run["id"] for run in runs} == {run_id}


def test_lost_webhook_is_recorded_and_stays_lost(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.drop_next_deliveries(2)
    assert world.mock.deliver_pending() == 3
    assert events(door) == [("pull_request", "opened")]
    assert [one["status"] for one in world.mock.deliveries()] == ["dropped", "dropped", "delivered"]
    assert world.mock.deliver_pending() == 0


def test_failed_delivery_is_not_repeated_by_itself(world: GithubWorld, door: FakeDoor) -> None:
    door.answer = Response(status=500)
    world.open_pull()
    world.mock.deliver_pending()
    assert world.mock.deliver_pending() == 0
    assert [(one["status"], one["status_code"]) for one in world.mock.deliveries()] == [("failed", 500)] * 3


def test_unreachable_door_is_a_failed_delivery(world: GithubWorld, door: FakeDoor) -> None:
    world.mock.webhook_url = "http://127.0.0.1:1/github/webhooks"
    world.open_pull()
    assert world.mock.deliver_pending() == 3
    assert [(one["status"], one["status_code"]) for one in world.mock.deliveries()] == [("failed", 0)] * 3


def test_redelivery_is_the_same_bytes_under_the_same_guid(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    world.mock.deliver_pending()
    first = door.deliveries[-1]
    again = world.mock.redeliver(world.mock.deliveries()[-1]["id"])
    assert (again["redelivery"], again["status"]) == (True, "pending")
    world.mock.merge("acme/dags", 1)
    world.mock.deliver_pending()
    repeated = door.deliveries[3]
    assert repeated.body == first.body
    assert repeated.headers["X-Github-Delivery"] == first.headers["X-Github-Delivery"]


def test_change_and_webhook_are_one_transaction_in_the_file(world: GithubWorld, door: FakeDoor) -> None:
    world.open_pull()
    second = a_mock(world.path, world.clock, door.url)
    assert second.pull_requests() == world.mock.pull_requests()
    assert second.deliver_pending() == 3
    second.close()
    assert [one["status"] for one in world.mock.deliveries()] == ["delivered"] * 3


def test_two_deliverers_send_nothing_twice(world: GithubWorld) -> None:
    entered, release, received = Event(), Event(), []

    @Request.application
    def slow(request: Request) -> Response:
        received.append(request.headers["X-GitHub-Delivery"])
        entered.set()
        release.wait(10)
        return Response()

    with Server(slow) as server:
        world.mock.webhook_url = server.url
        world.open_pull()
        world.mock.close()
        mock = a_mock(world.path, world.clock, server.url)
        mock.serve(deliver_every=0.01)
        assert entered.wait(10)
        release.set()
        mock.deliver_pending()
        mock.close()
    assert len(received) == len(set(received)) == 3
