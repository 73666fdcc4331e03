"""The mock GitHub refuses what GitHub refuses, remembers everything, and does what its control routes are told."""

import base64
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.github.seed import example_files, seed
from sandbox.github.server import MockGithub
from sandbox.github.world import RefusedError
from shared.adapters.github_workflows import GithubWorkflows
from tests.adapters.github_world import ANA, FILES, TOKEN, GithubWorld, a_github_world, a_mock

BASE = "/repos/acme/dags"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def call(world: GithubWorld, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    sent = {"Authorization": f"Bearer {TOKEN}", **headers}
    answer = requests.request(method, world.api + path, json=body, headers=sent, timeout=5)
    return answer.status_code, answer.json() if answer.content else None


def refusal(world: GithubWorld, method: str, path: str, body: object = None) -> tuple[int, str]:
    status, answer = call(world, method, path, body)
    errors = [error.get("message") or f"{error['field']} {error['code']}" for error in answer.get("errors", [])]
    assert answer["status"] == str(status)
    assert answer["documentation_url"].startswith("https://docs.github.com/")
    return status, " | ".join([answer["message"], *errors])


def a_run(world: GithubWorld, environment: str = "test") -> int:
    run = GithubWorkflows(world.client).dispatch(
        "acme/dags", "deploy.yml", "main", {"environment": environment}, "op/1"
    )
    assert run is not None
    return run.run_id


def test_unknown_things_are_not_found(world: GithubWorld) -> None:
    for path in ("/nothing", "/repos/acme/none", f"{BASE}/pulls/7", f"{BASE}/git/blobs/{'0' * 40}", "/repositories/1"):
        assert refusal(world, "GET", path) == (404, "Not Found")


def test_wrong_tokens_and_bodies_are_refused(world: GithubWorld) -> None:
    assert call(world, "GET", "/user", Authorization="Bearer x")[0] == 401
    assert call(world, "GET", "/user", Authorization="")[0] == 401
    headers = {"Authorization": f"token {TOKEN}"}
    for body in ("{", "[1]"):
        answer = requests.post(f"{world.api}{BASE}/pulls", data=body, headers=headers, timeout=5)
        assert answer.status_code == 400


def test_pull_request_is_refused_in_githubs_words(world: GithubWorld) -> None:
    number = world.open_pull()
    given = {"head": "change", "base": "main", "title": "Again"}
    path = f"{BASE}/pulls"
    assert refusal(world, "POST", path, given) == (
        422,
        "Validation Failed | A pull request already exists for acme:change.",
    )
    assert refusal(world, "POST", path, given | {"head": "none"}) == (422, "Validation Failed | head invalid")
    assert refusal(world, "POST", path, given | {"base": "none"}) == (422, "Validation Failed | base invalid")
    assert refusal(world, "POST", path, given | {"head": "main"}) == (
        422,
        "Validation Failed | No commits between main and main",
    )
    world.mock.close_unmerged("acme/dags", number)
    assert refusal(world, "POST", path, given | {"title": ""}) == (422, "Validation Failed | title missing_field")


def test_closed_or_merged_pull_request_cannot_be_merged(world: GithubWorld) -> None:
    number = world.open_pull()
    path = f"{BASE}/pulls/{number}/merge"
    assert refusal(world, "PUT", path, {"sha": "0" * 40}) == (
        409,
        "Head branch was modified. Review and try the merge again.",
    )
    assert refusal(world, "PUT", path, {"merge_method": "rebase"})[0] == 405
    world.mock.close_unmerged("acme/dags", number)
    assert refusal(world, "PUT", path) == (405, "Pull Request is not mergeable")
    world.mock.reopen("acme/dags", number)
    assert call(world, "PUT", path)[1]["merged"] is True
    assert refusal(world, "PUT", path) == (405, "Pull Request is not mergeable")
    status, _ = refusal(world, "PATCH", f"{BASE}/pulls/{number}", {"state": "open"})
    assert status == 422


def test_conflict_is_not_mergeable_and_unrelated_changes_are_kept(world: GithubWorld) -> None:
    number = world.open_pull()
    world.mock.push("acme/dags", "main", {"README.md": "new", "dags/b/three.py": None})
    assert world.mock.pull_request("acme/dags", number)["mergeable"] is True
    world.mock.push("acme/dags", "main", {"dags/a/one.py": "ONE = 99\n"})
    assert world.mock.pull_request("acme/dags", number)["mergeable_state"] == "dirty"
    with pytest.raises(RefusedError, match="not mergeable"):
        world.mock.merge("acme/dags", number)
    world.mock.push("acme/dags", "main", {"dags/a/one.py": FILES["dags/a/one.py"]})
    world.mock.merge("acme/dags", number)
    found = world.mock.files("acme/dags")
    assert (found["dags/a/one.py"], found["README.md"], "dags/b/three.py" in found) == ("ONE = 11\n", "new", False)


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1)])
def test_merge_commit_has_githubs_parents(world: GithubWorld, method: str, parents: int) -> None:
    number = world.open_pull()
    merged = world.mock.merge("acme/dags", number, method=method)
    commit = call(world, "GET", f"{BASE}/git/commits/{merged['merge_commit_sha']}")[1]
    assert len(commit["parents"]) == parents
    assert call(world, "GET", f"{BASE}/branches/main")[1]["commit"]["sha"] == merged["merge_commit_sha"]


def test_deleted_branch_closes_its_pull_request_for_good(world: GithubWorld) -> None:
    number = world.open_pull()
    assert call(world, "DELETE", f"{BASE}/git/refs/heads/change") == (204, None)
    assert world.mock.pull_request("acme/dags", number)["state"] == "closed"
    with pytest.raises(RefusedError, match="Validation Failed"):
        world.mock.reopen("acme/dags", number)
    assert refusal(world, "DELETE", f"{BASE}/git/refs/heads/change") == (422, "Reference does not exist")


def test_references_are_refused_in_githubs_words(world: GithubWorld) -> None:
    world.open_pull()
    head = call(world, "GET", f"{BASE}/git/ref/heads/change")[1]["object"]["sha"]
    main = call(world, "GET", f"{BASE}/git/ref/heads/main")[1]["object"]["sha"]
    refs = f"{BASE}/git/refs"
    assert refusal(world, "POST", refs, {"ref": "refs/heads/change", "sha": head}) == (422, "Reference already exists")
    assert refusal(world, "POST", refs, {"ref": "refs/heads/x", "sha": "0" * 40}) == (422, "Object does not exist")
    assert refusal(world, "POST", refs, {"ref": "x", "sha": head})[0] == 422
    assert refusal(world, "PATCH", f"{refs}/heads/x", {"sha": head}) == (422, "Reference does not exist")
    assert refusal(world, "PATCH", f"{refs}/heads/change", {"sha": main}) == (422, "Update is not a fast forward")
    assert call(world, "PATCH", f"{refs}/heads/change", {"sha": main, "force": True})[0] == 200


def test_trees_are_refused_in_githubs_words(world: GithubWorld) -> None:
    base = call(world, "GET", f"{BASE}/git/trees/main")[1]["sha"]

    def tree(**entry: object) -> tuple[int, str]:
        given = {"path": "x", "mode": "100644", "type": "blob", **entry}
        return refusal(world, "POST", f"{BASE}/git/trees", {"base_tree": base, "tree": [given]})

    assert tree(sha=None) == (422, "GitRPC::BadObjectState")
    assert tree(path="../x", content="")[0] == 422
    assert tree(sha="0" * 40)[0] == 422
    assert refusal(world, "POST", f"{BASE}/git/trees", {"base_tree": "0" * 40, "tree": []})[0] == 422


def test_objects_have_gits_own_names(world: GithubWorld) -> None:
    blob = call(world, "POST", f"{BASE}/git/blobs", {"content": "hello\n", "encoding": "utf-8"})[1]["sha"]
    assert blob == "ce013625030ba8dba906f756967f9e9ca394464a"
    entry = {"path": "hello.txt", "mode": "100644", "type": "blob", "sha": blob}
    tree = call(world, "POST", f"{BASE}/git/trees", {"tree": [entry]})[1]["sha"]
    assert tree == "aaa96ced2d9a1c8e72c56b253a0e2fe78393feb7"


def test_files_are_created_updated_and_listed_by_path(world: GithubWorld) -> None:
    path = f"{BASE}/contents/notes/a.txt"
    text = {"message": "Add", "content": base64.b64encode(b"one").decode()}
    status, added = call(world, "PUT", path, text)
    assert (status, added["content"]["path"]) == (201, "notes/a.txt")
    assert refusal(world, "PUT", path, text) == (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    assert refusal(world, "PUT", path, text | {"sha": "0" * 40})[0] == 409
    assert call(world, "PUT", path, text | {"sha": added["content"]["sha"]})[0] == 200
    assert [(one["name"], one["type"]) for one in call(world, "GET", f"{BASE}/contents/dags")[1]] == [
        ("a", "dir"),
        ("b", "dir"),
    ]
    assert refusal(world, "GET", f"{BASE}/contents/none")[0] == 404


def test_own_pull_request_cannot_be_approved(world: GithubWorld) -> None:
    number = world.open_pull()
    path = f"{BASE}/pulls/{number}/reviews"
    assert refusal(world, "POST", path, {"event": "APPROVE"}) == (422, "Review Can not approve your own pull request")
    assert refusal(world, "POST", path, {"event": "SHRUG"})[0] == 422


def test_comments_and_labels_are_kept(world: GithubWorld) -> None:
    number = world.open_pull()
    assert call(world, "POST", f"{BASE}/issues/{number}/comments", {"body": "Hm"})[0] == 201
    assert refusal(world, "POST", f"{BASE}/issues/{number}/comments", {"body": ""})[0] == 422
    call(world, "POST", f"{BASE}/issues/{number}/labels", {"labels": ["migration", "migration"]})
    assert [one["body"] for one in call(world, "GET", f"{BASE}/issues/{number}/comments")[1]] == ["Hm"]
    assert [one["name"] for one in call(world, "GET", f"{BASE}/issues/{number}/labels")[1]] == ["migration"]


def test_lists_are_paged_with_links(world: GithubWorld) -> None:
    for number in range(5):
        world.open_pull(f"branch-{number}", {"x": str(number)})
    url = f"{world.api}{BASE}/pulls?state=all&per_page=2&page=2"
    answer = requests.get(url, headers={"Authorization": f"token {TOKEN}"}, timeout=5)
    assert [one["number"] for one in answer.json()] == [3, 2]
    assert {name: link["url"].partition("?")[2] for name, link in answer.links.items()} == {
        "prev": "state=all&per_page=2&page=1",
        "next": "state=all&per_page=2&page=3",
        "last": "state=all&per_page=2&page=3",
        "first": "state=all&per_page=2&page=1",
    }


def test_dispatch_is_refused_in_githubs_words(world: GithubWorld) -> None:
    path = f"{BASE}/actions/workflows/deploy.yml/dispatches"
    given = {"ref": "main", "inputs": {"environment": "test"}}
    assert call(world, "POST", path, given) == (204, None)
    assert refusal(world, "POST", path, given | {"ref": "none"}) == (422, "No ref found for: none")
    many = {f"i{number}": "x" for number in range(26)}
    assert refusal(world, "POST", path, given | {"inputs": many}) == (
        422,
        "Invalid request.\n\nNo more than 25 properties are allowed; 26 were supplied.",
    )
    world.mock.push("acme/dags", "main", {".github/workflows/ci.yml": "on: push\njobs: {a: {}}\n"})
    assert refusal(world, "POST", path.replace("deploy", "ci"), given) == (
        422,
        "Workflow does not have 'workflow_dispatch' trigger",
    )
    assert refusal(world, "POST", path.replace("deploy", "none"), given) == (404, "Not Found")


def test_run_stays_in_progress_until_told(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.clock.advance(86_400)
    world.mock.deliver_pending()
    assert [one["status"] for one in world.mock.runs()] == ["in_progress"]
    with pytest.raises(RefusedError, match="No conclusion: 'great'"):
        world.mock.finish_run(run_id, "great")
    world.mock.finish_run(run_id, "success")
    with pytest.raises(RefusedError, match="is completed already"):
        world.mock.finish_run(run_id, "success")


def test_scripts_end_runs_in_order_and_in_time(world: GithubWorld) -> None:
    world.mock.script_run("deploy.yml", "failure", inputs={"environment": "prod"}, reason="No quota", after=300)
    world.mock.script_run("deploy.yml", "success")
    a_run(world, "prod")
    a_run(world, "prod")
    assert world.mock.next_due() == world.clock.now
    world.mock.deliver_pending()
    assert [one["conclusion"] for one in world.mock.runs()] == [None, "success"]
    assert world.mock.next_due() == world.clock.now + timedelta(seconds=300)
    world.clock.advance(300)
    world.mock.deliver_pending()
    assert [one["conclusion"] for one in world.mock.runs()] == ["failure", "success"]
    assert world.mock.next_due() is None


def test_script_of_an_attempt_that_was_ended_by_hand_does_nothing(world: GithubWorld) -> None:
    world.mock.script_run("deploy.yml", "success", after=60)
    run_id = a_run(world)
    world.mock.finish_run(run_id, "cancelled")
    world.mock.rerun(run_id)
    world.clock.advance(60)
    world.mock.deliver_pending()
    assert [(one["run_attempt"], one["status"]) for one in world.mock.runs()] == [(2, "in_progress")]


def test_everything_is_there_after_the_file_is_opened_again(world: GithubWorld) -> None:
    world.open_pull()
    a_run(world)
    world.mock.script_run("deploy.yml", "failure")
    second = a_mock(world.path, world.clock)
    assert second.pull_requests() == world.mock.pull_requests()
    assert second.runs() == world.mock.runs()
    assert second.deliveries() == world.mock.deliveries()
    second.close()


SERVED = """
import sys
from pathlib import Path
from tests.adapters.github_world import a_mock
from tests.fakes.clock import FakeClock
mock = a_mock(Path(sys.argv[1]), FakeClock())
print(mock.serve(), flush=True)
sys.stdin.read()
"""


def test_what_was_answered_survives_a_kill(world: GithubWorld, tmp_path: Path) -> None:
    path = tmp_path / "killed.sqlite"
    root = Path(__file__).parent.parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", SERVED, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=root
    )
    with process:
        assert process.stdout is not None
        api = process.stdout.readline().strip()
        for number in range(20):
            body = {"name": f"acme/r{number}", "files": {"a": "b"}}
            assert requests.post(f"{api}/_sandbox/repositories", json=body, timeout=5).status_code == 200
        process.send_signal(signal.SIGKILL)
    mock = a_mock(path, world.clock)
    assert [mock.files(f"acme/r{number}") for number in range(20)] == [{"a": "b"}] * 20
    mock.close()


def test_addresses_follow_the_server(world: GithubWorld) -> None:
    world.open_pull()
    second = a_mock(world.path, world.clock)
    api = second.serve()
    assert second.pull_request("acme/dags", 1)["html_url"] == f"{api}/acme/dags/pull/1"
    second.close()


def test_refused_act_leaves_nothing_behind(world: GithubWorld) -> None:
    world.open_pull()
    before = world.mock.deliveries(), world.mock.pull_requests()
    with pytest.raises(RefusedError):
        world.mock.push_to("acme/dags", 9, {"x": "y"})
    assert (world.mock.deliveries(), world.mock.pull_requests()) == before


def test_sixteen_people_at_once_lose_nothing(world: GithubWorld) -> None:
    path = f"{BASE}/issues/{world.open_pull()}/comments"
    with ThreadPoolExecutor(16) as people:
        list(people.map(lambda number: call(world, "POST", path, {"body": str(number)}), range(64)))
    found = {int(one["body"]) for one in call(world, "GET", f"{path}?per_page=100")[1]}
    assert found == set(range(64))


def control(world: GithubWorld, path: str, body: object = None) -> tuple[int, Any]:
    answer = requests.post(f"{world.api}/_sandbox{path}", json=body or {}, timeout=5)
    return answer.status_code, answer.json()


def test_control_routes_are_documented_and_each_does_what_its_example_says(world: GithubWorld) -> None:
    number, run_id = world.open_pull(), a_run(world)
    documented = requests.get(f"{world.api}/", timeout=5).json()["control"]
    assert {frozenset(route) for route in documented} == {frozenset({"method", "path", "what", "body"})}
    places = {"owner": "acme", "name": "dags", "number": number, "run_id": run_id, "delivery": 1}
    statuses = {}
    for route in documented:
        path = re.sub("<(.*?)>", lambda found: str(places[found[1]]), route["path"])
        answer = requests.request(route["method"], world.api + path, json=route["body"], timeout=5)
        statuses[route["path"].rpartition("/")[2]] = answer.status_code
    # there is an acme/dags already, and what was merged cannot be reopened
    refused = {name: status for name, status in statuses.items() if status != 200}
    assert refused == {"repositories": 422, "reopen": 422}


def test_people_act_over_the_control_routes(world: GithubWorld) -> None:
    person = {"person": {"id": 77, "login": "remote"}}
    number = world.open_pull()
    pull = f"/pull_requests/acme/dags/{number}"
    assert control(world, f"{pull}/review", {"event": "APPROVE", **person})[1]["user"]["id"] == 77
    assert control(world, f"{pull}/push", {"files": {"x": "1", "README.md": None}, **person})[0] == 200
    assert control(world, f"{pull}/close", person)[1]["state"] == "closed"
    assert control(world, f"{pull}/reopen", person)[1]["state"] == "open"
    assert control(world, f"{pull}/merge", person)[1]["merged_by"]["login"] == "remote"
    assert control(world, f"{pull}/merge", person) == (
        405,
        {
            "message": "Pull Request is not mergeable",
            "documentation_url": "https://docs.github.com/rest",
            "status": "405",
        },
    )
    listed = requests.get(f"{world.api}/_sandbox/pull_requests", timeout=5).json()
    assert [(one["repository"], one["number"], one["state"]) for one in listed] == [("acme/dags", 1, "merged")]


def test_machines_act_over_the_control_routes(world: GithubWorld) -> None:
    run_id = a_run(world)
    assert (
        control(world, f"/runs/{run_id}/finish", {"conclusion": "failure", "reason": "Why"})[1]["conclusion"]
        == "failure"
    )
    assert control(world, f"/runs/{run_id}/rerun")[1]["run_attempt"] == 2
    assert control(world, "/scripts", {"workflow": "deploy.yml", "conclusion": "success", "after": 1.5})[0] == 200
    listed = requests.get(f"{world.api}/_sandbox/runs", timeout=5).json()
    assert [(one["workflow"], one["run_attempt"], one["status"]) for one in listed] == [
        ("deploy.yml", 2, "in_progress")
    ]


def test_faults_are_made_over_the_control_routes(world: GithubWorld) -> None:
    control(world, "/limits", {"calls": 1, "retry_after": 3})
    assert call(world, "GET", "/user")[0] == 403
    control(world, "/failures", {"calls": 1, "status": 503})
    assert call(world, "GET", "/user")[0] == 503
    assert call(world, "GET", "/user")[0] == 200
    world.open_pull()
    assert control(world, "/deliveries/drop", {"count": 1}) == (200, {"done": True})
    assert control(world, "/deliveries/1/redeliver")[1]["redelivery"] is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/repositories", {}),
        ("/repositories", {"name": "other/dags", "files": {}}),
        ("/repositories", {"name": "acme/dags", "files": {"a": "b"}}),
        ("/pull_requests/acme/dags/1/merge", {"person": "ana"}),
        ("/pull_requests/acme/dags/1/merge", {"person": {"id": "7", "login": "x"}}),
        ("/limits", {"calls": "many"}),
        ("/limits", {"calls": 1, "kind": "odd"}),
        ("/scripts", {"workflow": "deploy.yml", "conclusion": "great"}),
        ("/deliveries/drop", {}),
    ],
)
def test_wrong_control_call_is_refused_by_name(world: GithubWorld, path: str, body: object) -> None:
    status, answer = control(world, path, body)
    assert (status, bool(answer["message"])) == (422, True)


def test_repository_is_created_over_the_control_route(world: GithubWorld) -> None:
    assert control(world, "/repositories", {"name": "acme/new", "files": {"a.txt": "b"}})[0] == 200
    assert world.mock.files("acme/new") == {"a.txt": "b"}


def test_examples_are_seeded_once(world: GithubWorld, tmp_path: Path) -> None:
    mock: MockGithub = a_mock(tmp_path / "seeded.sqlite", world.clock)
    seed(mock)
    seed(mock)
    assert mock.files("acme/dags") == example_files("dags")
    found = mock.files("acme/infrastructure")
    assert {"templates/airflow3-component/component.yaml", ".github/workflows/deploy.yml"} <= set(found)
    assert "{resource.id}" in found["templates/airflow3-component/component.yaml"]
    mock.close()


def test_seeded_deployment_names_its_run_after_the_operation(world: GithubWorld, tmp_path: Path) -> None:
    seed_only = a_mock(tmp_path / "seeded.sqlite", world.clock)
    seed(seed_only)
    url = f"{seed_only.serve()}/repos/acme/infrastructure/actions/workflows/deploy.yml/dispatches"
    body = {"ref": "main", "inputs": {"environment": "prod-us", "waymark_operation": "waymark-1"}}
    requests.post(url, json=body, headers={"Authorization": f"token {TOKEN}"}, timeout=5)
    assert [one["display_title"] for one in seed_only.runs()] == ["deploy prod-us waymark-1"]
    seed_only.close()


def test_person_of_a_control_is_the_author(world: GithubWorld) -> None:
    sha = world.mock.push("acme/dags", "main", {"x": "y"}, message="By Ana", person=ANA)
    commit = call(world, "GET", f"{BASE}/commits/{sha}")[1]["commit"]
    assert (commit["message"], commit["author"]["name"]) == ("By Ana", "ana")
