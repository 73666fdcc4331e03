"""The mock's answers, its webhooks, and what our adapters ask, judged by GitHub's own description of its API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from shared.adapters.github_contents import GithubContents
from shared.adapters.github_pull_requests import GithubPullRequests
from shared.adapters.github_reader import GithubRestReader
from shared.adapters.github_workflows import GithubWorkflows
from shared.errors import NotFoundError
from shared.ports.github import Proposal
from tests.adapters.github_description import GithubDescription, fetch
from tests.adapters.github_world import ANA, TOKEN, GithubWorld, a_github_world

pytestmark = pytest.mark.network
ADAPTERS = {
    "GET /repos/{owner}/{repo}",
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}",
    "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs",
    "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
    "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations",
    "GET /repos/{owner}/{repo}/commits/{ref}",
    "GET /repos/{owner}/{repo}/compare/{base}...{head}",
    "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
    "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
    "GET /repos/{owner}/{repo}/git/ref/{ref}",
    "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
    "GET /repos/{owner}/{repo}/pulls",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
    "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
    "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
    "POST /repos/{owner}/{repo}/git/commits",
    "POST /repos/{owner}/{repo}/git/refs",
    "POST /repos/{owner}/{repo}/git/trees",
    "POST /repos/{owner}/{repo}/pulls",
}


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> GithubDescription:
    fetch(tmp_path_factory.mktemp("npm"))
    return GithubDescription()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def live_through_it(world: GithubWorld) -> None:
    """Every call that an adapter makes, and every webhook that the mock sends."""
    pulls, workflows = GithubPullRequests(world.client), GithubWorkflows(world.client)
    reader, repository_id = GithubRestReader(world.client), world.repository_id
    proposal = Proposal("acme/dags", "waymark/a", "main", "Rewrite", "Why", {"dags/a/one.py": "1\n", "README.md": None})
    GithubContents(world.client).folder("acme/dags", "dags", "main")
    first = pulls.open(proposal)
    world.mock.review("acme/dags", 1, "REQUEST_CHANGES", person=ANA)
    world.mock.push_to("acme/dags", 1, {"dags/a/one.py": "2\n"}, person=ANA)
    world.mock.review("acme/dags", 1, "APPROVE", person=ANA)
    world.mock.comment("acme/dags", 1, "Hm", person=ANA)
    reader.pull_request(repository_id, first.number)
    world.mock.close_unmerged("acme/dags", 1)
    world.mock.reopen("acme/dags", 1)
    world.mock.close_unmerged("acme/dags", 1)
    second = pulls.open(proposal)
    world.mock.merge("acme/dags", second.number)
    reader.pull_request(repository_id, second.number)
    workflows.find("acme/dags", "deploy.yml", "op/1")
    run = workflows.dispatch("acme/dags", "deploy.yml", "main", {"environment": "test"}, "op/1")
    assert run is not None
    reader.workflow_run(repository_id, run.run_id)
    world.mock.finish_run(run.run_id, "failure", reason="No quota")
    reader.workflow_run(repository_id, run.run_id)
    world.mock.rerun(run.run_id)
    world.mock.finish_run(run.run_id, "success")
    workflows.find("acme/dags", "deploy.yml", "op/1")
    with pytest.raises(NotFoundError):
        reader.pull_request(repository_id, 99)


def ask_for_the_rest(world: GithubWorld) -> None:
    """The routes that people's tools use beside our adapters."""
    run_id = world.mock.runs()[0]["id"]
    job = requests.get(
        f"{world.api}/repos/acme/dags/actions/runs/{run_id}/jobs",
        headers={"Authorization": f"token {TOKEN}"},
        timeout=5,
    ).json()["jobs"][0]["id"]
    repo = "/repos/acme/dags"
    for path in (
        "/rate_limit",
        f"{repo}/branches",
        f"{repo}/branches/main",
        f"{repo}/contents/dags",
        f"{repo}/contents/dags/a/one.py",
        f"{repo}/pulls/1/files",
        f"{repo}/pulls/1/commits",
        f"{repo}/issues/1/comments",
        f"{repo}/issues/1/labels",
        f"{repo}/actions/workflows",
        f"{repo}/actions/workflows/deploy.yml",
        f"{repo}/actions/runs",
        f"{repo}/actions/runs/{run_id}/attempts/1/jobs",
        f"{repo}/check-runs/{job}",
    ):
        answer = requests.get(world.api + path, headers={"Authorization": f"token {TOKEN}"}, timeout=5)
        assert answer.status_code == 200, path
    for path, body in (
        (f"{repo}/issues/1/comments", {"body": "Hm"}),
        (f"{repo}/issues/1/labels", {"labels": ["migration"]}),
        (f"{repo}/git/blobs", {"content": "x", "encoding": "utf-8"}),
        (f"{repo}/pulls/1/reviews", {"event": "COMMENT", "body": "x"}),
        (f"{repo}/actions/runs/{run_id}/rerun", {}),
        (f"{repo}/actions/runs/{run_id}/cancel", None),
        (f"{repo}/actions/workflows/deploy.yml/dispatches", {"ref": "main", "inputs": {"environment": "test"}}),
    ):
        answer = requests.post(world.api + path, json=body, headers={"Authorization": f"token {TOKEN}"}, timeout=5)
        assert answer.ok, path


def test_calls_of_the_adapters_and_their_answers_are_as_github_describes_them(
    world: GithubWorld, github: GithubDescription
) -> None:
    live_through_it(world)
    calls = world.recorded()
    assert {found[0] for call in calls if (found := github.operation(call))} == ADAPTERS
    assert sorted({problem for call in calls for problem in github.problems(call)}) == []


def test_answers_to_other_tools_are_as_github_describes_them(world: GithubWorld, github: GithubDescription) -> None:
    live_through_it(world)
    before = len(world.recorded())
    ask_for_the_rest(world)
    assert sorted({problem for call in world.recorded()[before:] for problem in github.problems(call)}) == []


def test_the_apps_registration_is_as_github_describes_it(world: GithubWorld, github: GithubDescription) -> None:
    live_through_it(world)
    before = len(world.recorded())
    for path in ("/app", "/app/hook/config", "/app/hook/deliveries", "/app/installations/8001", "/users/waymark[bot]"):
        word = f"token {TOKEN}" if path.startswith("/users") else "Bearer a.b.c"
        assert requests.get(world.api + path, headers={"Authorization": word}, timeout=5).status_code == 200, path
    for path in (
        f"/app/hook/deliveries/{world.mock.deliveries()[0]['id']}/attempts",
        "/app/installations/8001/access_tokens",
    ):
        assert requests.post(world.api + path, headers={"Authorization": "Bearer a.b.c"}, timeout=5).ok, path
    assert sorted({problem for call in world.recorded()[before:] for problem in github.problems(call)}) == []


def test_webhooks_are_as_github_describes_them(world: GithubWorld, github: GithubDescription) -> None:
    live_through_it(world)
    sent = [world.mock.delivery(one["id"]) for one in world.mock.deliveries()]
    assert {(one["event"], one["action"]) for one in sent} == {
        ("push", None),
        ("pull_request", "opened"),
        ("pull_request", "synchronize"),
        ("pull_request", "closed"),
        ("pull_request", "reopened"),
        ("pull_request_review", "submitted"),
        ("issue_comment", "created"),
        ("workflow_run", "requested"),
        ("workflow_run", "in_progress"),
        ("workflow_run", "completed"),
    }
    found = {
        problem for one in sent for problem in github.webhook_problems(one["event"], one["action"], one["payload"])
    }
    assert sorted(found) == []
