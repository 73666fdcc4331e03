"""Dispatching a workflow, and finding its run again, through PyGithub at the mock GitHub."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github import routes_actions
from sandbox.github.app import Answer, Call
from sandbox.github.world import RefusedError
from shared.adapters.github_workflows import GithubWorkflows
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.ports.github import DispatchedRun
from tests.adapters.github_world import DEPLOY, GithubWorld, a_github_world

TEST = {"environment": "test"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def dispatch(world: GithubWorld, operation: str = "op/1", inputs: dict[str, str] | None = None) -> DispatchedRun | None:
    given = TEST if inputs is None else inputs
    return GithubWorkflows(world.client).dispatch("acme/dags", "deploy.yml", "main", given, operation)


def find(world: GithubWorld, operation: str) -> DispatchedRun | None:
    return GithubWorkflows(world.client).find("acme/dags", "deploy.yml", operation)


def test_dispatch_tells_its_run_in_two_calls(world: GithubWorld) -> None:
    run = dispatch(world)
    started = world.mock.runs()[0]
    assert run == DispatchedRun(
        world.repository_id, started["id"], f"{world.api}/acme/dags/actions/runs/{started['id']}"
    )
    assert (started["display_title"], started["inputs"], started["status"]) == (
        "deploy test op/1",
        {"environment": "test", "waymark_operation": "op/1"},
        "in_progress",
    )
    assert len(world.calls()) == 2


def test_run_is_found_by_its_operation(world: GithubWorld) -> None:
    assert find(world, "op/1") is None
    run = dispatch(world)
    dispatch(world, "op/2")
    assert find(world, "op/1") == run


@pytest.mark.parametrize("other", ["op/10", "op/1+2", "op/1/x", "op/1-x", "op/1.x", "an-op/1", "OP/1", "op/11"])
def test_operation_that_another_one_begins_or_ends_with_is_not_it(world: GithubWorld, other: str) -> None:
    dispatch(world, other)
    assert find(world, "op/1") is None
    assert find(world, other) is not None


def test_operation_is_text_not_a_pattern(world: GithubWorld) -> None:
    dispatch(world, "op/1")
    assert find(world, "op.1") is None
    assert find(world, ".*") is None


def test_older_pages_are_looked_through(world: GithubWorld) -> None:
    wanted = dispatch(world, "wanted")
    for number in range(120):
        world.mock.world.store.put("run", world.repository_id, number, {**_run(world), "id": number})
    assert find(world, "wanted") == wanted


def _run(world: GithubWorld) -> dict[str, object]:
    run = dict(world.mock.world.store.all("run")[0])
    return run | {"display_title": "deploy by hand"}


def test_run_of_another_event_or_workflow_is_not_ours(world: GithubWorld) -> None:
    world.mock.push("acme/dags", "main", {".github/workflows/other.yml": DEPLOY})
    GithubWorkflows(world.client).dispatch("acme/dags", "other.yml", "main", TEST, "op/1")
    assert find(world, "op/1") is None
    run = dispatch(world, "op/1")
    assert run is not None
    pushed = world.mock.world.store.get("run", world.repository_id, run.run_id) or {}
    world.mock.world.store.put("run", world.repository_id, run.run_id, pushed | {"event": "push"})
    assert find(world, "op/1") is None


def test_github_that_does_not_tell_the_run_is_searched(world: GithubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(call: Call, repo: dict[str, object], workflow: str) -> Answer:
        body = {key: value for key, value in call.body.items() if key != "return_run_details"}
        return routes_actions.dispatch(Call(call.world, call.request, body, call.person, ""), repo, workflow)

    _replace_dispatch(world, silent)
    run = dispatch(world)
    assert run is not None
    assert run.run_id == world.mock.runs()[0]["id"]


def test_enterprise_server_that_refuses_the_question_is_asked_without_it(world: GithubWorld) -> None:
    def old(call: Call, repo: dict[str, object], workflow: str) -> Answer:
        if "return_run_details" in call.body:
            raise RefusedError(400, 'Invalid request.\n\n"return_run_details" is not a permitted key.')
        return routes_actions.dispatch(call, repo, workflow)

    _replace_dispatch(world, old)
    run = dispatch(world)
    assert run is not None
    assert [one["id"] for one in world.mock.runs()] == [run.run_id]
    sent = [json.loads(call.body) for call in world.recorded() if call.method == "POST"]
    assert [sorted(body) for body in sent] == [["inputs", "ref", "return_run_details"], ["inputs", "ref"]]


def _replace_dispatch(world: GithubWorld, handler: object) -> None:
    for rule in world.mock._app._map.iter_rules():
        if rule.endpoint[0] is routes_actions.dispatch:
            rule.endpoint = (handler, True)


def test_run_that_is_not_shown_yet_is_none(world: GithubWorld) -> None:
    def hidden(call: Call, repo: dict[str, object], workflow: str) -> Answer:
        return Answer(None, 204)

    _replace_dispatch(world, hidden)
    assert dispatch(world) is None


@pytest.mark.parametrize("applied", [False, True])
def test_lost_answer_is_retryable_and_the_run_is_found_not_repeated(world: GithubWorld, applied: bool) -> None:
    world.mock.fail_next_calls(1, status=504, method="POST", applied=applied)
    with pytest.raises(RetryableError):
        dispatch(world)
    assert len(world.calls("POST")) == 1
    assert (find(world, "op/1") is not None) is applied


def test_more_inputs_than_github_takes_are_refused_before_any_call(world: GithubWorld) -> None:
    with pytest.raises(PermanentError) as caught:
        dispatch(world, inputs={f"i{number}": "x" for number in range(25)})
    assert (caught.value.code, caught.value.reason) == (
        "too_many_inputs",
        "deploy.yml in acme/dags would get 26 inputs, waymark_operation among them; GitHub takes 25: give the step fewer.",
    )
    assert world.calls() == []


def test_twenty_four_inputs_and_ours_are_taken(world: GithubWorld) -> None:
    names = [f"i{number}" for number in range(24)]
    declared = "".join(f"      {name}: {{}}\n" for name in names)
    world.mock.push(
        "acme/dags",
        "main",
        {
            ".github/workflows/deploy.yml": DEPLOY.replace(
                "      environment: {required: true, type: choice, options: [test, prod]}\n", declared
            )
        },
    )
    assert dispatch(world, inputs=dict.fromkeys(names, "x")) is not None


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"environment": "moon"}, "Provided value 'moon' for input 'environment' not in the list of allowed values"),
        ({}, "Required input 'environment' not provided"),
        ({"environment": "test", "colour": "red"}, 'Unexpected inputs provided: ["colour"]'),
    ],
)
def test_refused_inputs_are_told_in_githubs_words(world: GithubWorld, inputs: dict[str, str], words: str) -> None:
    with pytest.raises(PermanentError) as caught:
        dispatch(world, inputs=inputs)
    assert caught.value.reason == (
        "GitHub would not dispatch deploy.yml at main in acme/dags (it must declare the input waymark_operation): "
        f"422 {words}. Correct what is asked for, in the plan or in the repository, then retry."
    )


def test_workflow_without_our_input_is_told_what_to_declare(world: GithubWorld) -> None:
    text = DEPLOY.replace('      waymark_operation: {default: ""}\n', "")
    world.mock.push("acme/dags", "main", {".github/workflows/deploy.yml": text})
    with pytest.raises(PermanentError, match=r"must declare the input waymark_operation\): 422 Unexpected inputs"):
        dispatch(world)


def test_unknown_workflow_is_not_found(world: GithubWorld) -> None:
    with pytest.raises(NotFoundError, match="list the runs of none.yml in acme/dags: Not Found"):
        GithubWorkflows(world.client).find("acme/dags", "none.yml", "op/1")


def test_unknown_ref_is_permanent(world: GithubWorld) -> None:
    with pytest.raises(PermanentError, match="No ref found for: trunk"):
        GithubWorkflows(world.client).dispatch("acme/dags", "deploy.yml", "trunk", TEST, "op/1")
