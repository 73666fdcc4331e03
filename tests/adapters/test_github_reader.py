"""What a pull request or a run is said to be, read through PyGithub from the mock GitHub."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sandbox.github import pulls, runs
from sandbox.github.controls import Controls
from sandbox.github.world import WAYMARK, Person
from shared.adapters.github_reader import GithubRestReader, latest_review
from shared.adapters.github_workflows import GithubWorkflows
from shared.errors import NotFoundError
from state_schema.migration import PullRequestSeen, RunSeen
from tests.adapters.github_world import ANA, BEN, GithubWorld, a_github_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def seen(world: GithubWorld, number: int) -> PullRequestSeen:
    return GithubRestReader(world.client).pull_request(world.repository_id, number)


def run_seen(world: GithubWorld, run_id: int) -> RunSeen:
    return GithubRestReader(world.client).workflow_run(world.repository_id, run_id)


def a_run(world: GithubWorld) -> int:
    run = GithubWorkflows(world.client).dispatch("acme/dags", "deploy.yml", "main", {"environment": "test"}, "op/1")
    assert run is not None
    return run.run_id


def test_open_pull_request_is_read_whole_in_two_calls(world: GithubWorld) -> None:
    number = world.open_pull()
    head = world.mock.pull_request("acme/dags", number)["head"]["sha"]
    before = len(world.calls())
    assert seen(world, number) == PullRequestSeen(
        number=number,
        url=f"{world.api}/acme/dags/pull/{number}",
        title="From change",
        state="open",
        merged=False,
        head_sha=head,
        review="none",
    )
    assert [path.rpartition("/")[2] for _, path in world.calls()[before:]] == [str(number), "reviews"]


@pytest.mark.parametrize(("end", "merged"), [(Controls.merge, True), (Controls.close_unmerged, False)])
def test_merged_is_not_the_same_as_closed(world: GithubWorld, end: Any, merged: bool) -> None:
    number = world.open_pull()
    end(world.mock, "acme/dags", number)
    assert (seen(world, number).state, seen(world, number).merged) == ("closed", merged)


def test_reopened_pull_request_is_open(world: GithubWorld) -> None:
    number = world.open_pull()
    world.mock.close_unmerged("acme/dags", number)
    world.mock.reopen("acme/dags", number)
    assert seen(world, number).state == "open"


@pytest.mark.parametrize(
    ("closed_at", "merged_at", "merged"),
    [("2026-11-02T09:00:00Z", None, False), (None, "2026-11-02T09:00:00Z", True)],
)
def test_state_that_lags_behind_its_times_is_not_believed(
    world: GithubWorld, closed_at: str | None, merged_at: str | None, merged: bool
) -> None:
    number = world.open_pull()
    store, repository_id = world.mock.world.store, world.repository_id
    pull = store.get("pull", repository_id, number) or {}
    store.put("pull", repository_id, number, pull | {"state": "open", "closed_at": closed_at, "merged_at": merged_at})
    assert (seen(world, number).state, seen(world, number).merged) == ("closed", merged)


def test_title_of_any_length_is_cut(world: GithubWorld) -> None:
    number = world.open_pull()
    repo = world.mock.world.repository("acme/dags")
    pull = pulls.find(world.mock.world, repo, number)
    pulls.update(world.mock.world, repo, pull, {"title": "<!channel> " * 1_000}, ANA.document())
    assert seen(world, number).title == ("<!channel> " * 1_000)[:300]


def test_repository_that_was_renamed_is_still_the_one_of_its_id(world: GithubWorld) -> None:
    number, repository_id = world.open_pull(), world.repository_id
    world.mock.rename_repository("acme/dags", "pipelines")
    found = GithubRestReader(world.client).pull_request(repository_id, number)
    assert found.url == f"{world.api}/acme/pipelines/pull/{number}"


def test_pull_request_that_is_gone_is_not_found(world: GithubWorld) -> None:
    with pytest.raises(NotFoundError, match=f"pull request 99 of repository {world.repository_id}: Not Found"):
        seen(world, 99)


@pytest.mark.parametrize(
    ("said", "review"),
    [
        ([], "none"),
        ([(ANA, "COMMENT")], "none"),
        ([(ANA, "APPROVE")], "approved"),
        ([(ANA, "APPROVE"), (ANA, "COMMENT")], "approved"),
        ([(ANA, "APPROVE"), (BEN, "REQUEST_CHANGES")], "changes_requested"),
        ([(BEN, "REQUEST_CHANGES"), (ANA, "APPROVE")], "changes_requested"),
        ([(ANA, "REQUEST_CHANGES"), (ANA, "APPROVE")], "approved"),
        ([(ANA, "APPROVE"), (ANA, "REQUEST_CHANGES")], "changes_requested"),
    ],
)
def test_review_is_the_last_word_of_each_reviewer(
    world: GithubWorld, said: list[tuple[Person, str]], review: str
) -> None:
    number = world.open_pull()
    for person, event in said:
        world.mock.review("acme/dags", number, event, person=person)
    assert seen(world, number).review == review


@pytest.mark.parametrize("event", ["APPROVE", "REQUEST_CHANGES"])
def test_push_voids_the_reviews_before_it(world: GithubWorld, event: str) -> None:
    number = world.open_pull()
    world.mock.review("acme/dags", number, event, person=ANA)
    world.mock.push_to("acme/dags", number, {"dags/a/one.py": "ONE = 12\n"}, person=BEN)
    assert seen(world, number).review == "none"


def test_dismissed_review_does_not_bring_an_older_one_back(world: GithubWorld) -> None:
    number = world.open_pull()
    world.mock.review("acme/dags", number, "APPROVE", person=ANA)
    demand = world.mock.review("acme/dags", number, "REQUEST_CHANGES", person=ANA)
    world.mock.dismiss_review("acme/dags", number, demand["id"])
    assert seen(world, number).review == "none"


def test_all_pages_of_reviews_count(world: GithubWorld) -> None:
    number = world.open_pull()
    world.mock.review("acme/dags", number, "REQUEST_CHANGES", person=BEN)
    for _ in range(120):
        world.mock.review("acme/dags", number, "COMMENT", person=ANA)
    world.mock.review("acme/dags", number, "APPROVE", person=BEN)
    assert seen(world, number).review == "approved"


def test_review_of_a_deleted_account_counts() -> None:
    review = SimpleNamespace(user=None, state="CHANGES_REQUESTED", commit_id="head")
    assert latest_review([cast("Any", review)], "head") == "changes_requested"


def test_run_in_progress_has_no_conclusion(world: GithubWorld) -> None:
    run_id = a_run(world)
    assert run_seen(world, run_id) == RunSeen(
        run_id=run_id,
        run_attempt=1,
        url=f"{world.api}/acme/dags/actions/runs/{run_id}",
        status="in_progress",
        conclusion=None,
        reason="",
    )


@pytest.mark.parametrize("status", ["requested", "waiting", "pending", "queued"])
def test_ways_to_wait_are_queued(world: GithubWorld, status: str) -> None:
    run_id = a_run(world)
    mock = world.mock.world
    mock.store.put("run", world.repository_id, run_id, runs.find(mock, run_id) | {"status": status})
    assert run_seen(world, run_id).status == "queued"


def test_reason_of_a_failed_run_is_its_first_annotation_that_says_something(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure", reason="ImagePullBackOff: airflow:3.1 not found")
    found = run_seen(world, run_id)
    assert (found.status, found.conclusion, found.reason) == (
        "completed",
        "failure",
        "ImagePullBackOff: airflow:3.1 not found",
    )


def test_failed_run_without_annotations_names_job_and_step(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure")
    assert run_seen(world, run_id).reason == "job 'deploy' failed at step 'Wait for the pods'"


def test_reason_is_told_where_annotations_may_not_be_read(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure", reason="Secret text")
    world.mock.fail_next_calls(1, status=403, after=2)
    assert run_seen(world, run_id).reason == "job 'deploy' failed at step 'Wait for the pods'"


def test_a_reason_or_title_that_shows_a_credential_is_not_taken_on(world: GithubWorld) -> None:
    token = f"ghp_{'x1' * 18}"
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure", reason=f"token={token} was refused")
    assert run_seen(world, run_id).reason == "job 'deploy' failed at step 'Wait for the pods'"

    number = world.open_pull()
    store = world.mock.world.store
    pull = store.get("pull", world.repository_id, number) or {}
    store.put("pull", world.repository_id, number, pull | {"title": f"Use {token}"})
    assert seen(world, number).title == "(a title that looks like a credential)"


def test_long_reason_is_cut(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure", reason="x" * 5_000)
    assert run_seen(world, run_id).reason == "x" * 500


@pytest.mark.parametrize(
    ("conclusion", "reason"),
    [
        ("success", ""),
        ("cancelled", ""),
        ("timed_out", "job 'deploy' failed at step 'Wait for the pods'"),
        ("startup_failure", "the run ended as startup_failure without a failed job"),
    ],
)
def test_conclusions_are_kept_as_they_are(world: GithubWorld, conclusion: str, reason: str) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, conclusion)
    if conclusion == "startup_failure":
        for job in runs.jobs(world.mock.world, runs.find(world.mock.world, run_id)):
            world.mock.world.store.delete("job", run_id, job["id"])
    found = run_seen(world, run_id)
    assert (found.conclusion, found.reason) == (conclusion, reason)


def test_another_attempt_is_the_one_that_counts(world: GithubWorld) -> None:
    run_id = a_run(world)
    world.mock.finish_run(run_id, "failure", reason="first")
    world.mock.rerun(run_id)
    assert (run_seen(world, run_id).run_attempt, run_seen(world, run_id).conclusion) == (2, None)
    world.mock.finish_run(run_id, "failure", reason="second")
    assert (run_seen(world, run_id).run_attempt, run_seen(world, run_id).reason) == (2, "second")


def test_run_of_another_repository_is_not_found(world: GithubWorld) -> None:
    run_id = a_run(world)
    other = world.mock.create_repository("acme/other", {"a": "b"})
    with pytest.raises(NotFoundError):
        GithubRestReader(world.client).workflow_run(other["id"], run_id)


def test_sender_of_our_own_acts_is_our_app(world: GithubWorld) -> None:
    world.open_pull()
    last = world.mock.deliveries()[-1]
    assert (last["event"], world.mock.delivery(last["id"])["payload"]["sender"]["id"]) == ("pull_request", WAYMARK.id)
