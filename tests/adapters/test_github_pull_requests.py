"""Opening a pull request: each part once, whatever broke before, on the real PyGithub and the mock GitHub."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.adapters.github_pull_requests import GithubPullRequests
from shared.errors import NotFoundError, PermanentError, RetryableError, WaymarkError
from shared.ports.github import OpenedPullRequest, Proposal
from tests.adapters.github_world import ANA, FILES, GithubWorld, a_github_world

CHANGED: Mapping[str, str | None] = {
    "dags/a/one.py": "ONE = 'ümläut'\n",
    "new/four.py": "FOUR = 4\n",
    "dags/a/two.py": None,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def a_proposal(
    files: Mapping[str, str | None] = CHANGED, branch: str = "waymark/a/rewrite", title: str = "Rewrite a"
) -> Proposal:
    return Proposal("acme/dags", branch, "main", title, "By Waymark", files)


def opened(world: GithubWorld, proposal: Proposal | None = None) -> OpenedPullRequest:
    return GithubPullRequests(world.client).open(proposal or a_proposal())


def commits(world: GithubWorld, pull: OpenedPullRequest) -> list[str]:
    repo = world.client.get_repo("acme/dags")
    return [commit.commit.message for commit in repo.get_pull(pull.number).get_commits()]


def files_of(world: GithubWorld, pull: OpenedPullRequest) -> list[tuple[str, str]]:
    repo = world.client.get_repo("acme/dags")
    return [(file.filename, file.status) for file in repo.get_pull(pull.number).get_files()]


def assert_exactly_one(world: GithubWorld, pull: OpenedPullRequest) -> None:
    assert [(one["number"], one["state"]) for one in world.mock.pull_requests()] == [(pull.number, "open")]
    assert commits(world, pull) == ["Rewrite a"]
    assert files_of(world, pull) == [
        ("dags/a/one.py", "modified"),
        ("dags/a/two.py", "removed"),
        ("new/four.py", "added"),
    ]
    found = world.mock.files("acme/dags", "waymark/a/rewrite")
    assert found["dags/a/one.py"] == "ONE = 'ümläut'\n"


def test_first_time_makes_one_commit_a_branch_and_a_pull_request(world: GithubWorld) -> None:
    pull = opened(world)
    shown = world.mock.pull_request("acme/dags", 1)
    assert pull == OpenedPullRequest(
        repository_id=world.repository_id,
        number=1,
        url=f"{world.api}/acme/dags/pull/1",
        head_sha=shown["head"]["sha"],
        state="open",
    )
    assert (shown["title"], shown["body"], shown["base"]["ref"]) == ("Rewrite a", "By Waymark", "main")
    assert_exactly_one(world, pull)
    assert world.writes() == ["trees", "commits", "refs", "pulls"]


def test_second_time_writes_nothing(world: GithubWorld) -> None:
    first = opened(world)
    written = world.writes()
    assert opened(world) == first
    assert world.writes() == written


CALLS = 12


def test_opening_takes_twelve_calls(world: GithubWorld) -> None:
    opened(world)
    assert len(world.calls()) == CALLS


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("gap", range(CALLS))
def test_crash_in_any_gap_is_healed_by_the_next_try(world: GithubWorld, gap: int, applied: bool) -> None:
    world.mock.fail_next_calls(1, status=502, after=gap, applied=applied)
    with pytest.raises(RetryableError):
        opened(world)
    assert_exactly_one(world, opened(world))


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("gap", range(4))
def test_crash_in_any_gap_of_writes_is_healed_though_the_base_moved_since(
    world: GithubWorld, gap: int, applied: bool
) -> None:
    world.mock.fail_next_calls(1, status=502, after=gap, method="POST", applied=applied)
    with pytest.raises(RetryableError):
        opened(world)
    world.mock.push("acme/dags", "main", {"README.md": "moved"}, person=ANA)
    assert_exactly_one(world, opened(world))


def test_moved_base_is_fine(world: GithubWorld) -> None:
    first = opened(world)
    world.mock.push("acme/dags", "main", {"README.md": "moved"}, person=ANA)
    assert opened(world) == first


def test_another_content_becomes_one_more_commit_of_the_open_pull_request(world: GithubWorld) -> None:
    first = opened(world)
    second = opened(world, a_proposal({**CHANGED, "new/four.py": "FOUR = 5\n"}, title="Rewrite a again"))
    assert (second.number, second.head_sha == first.head_sha) == (first.number, False)
    assert second.head_sha == world.mock.pull_request("acme/dags", 1)["head"]["sha"]
    assert commits(world, second) == ["Rewrite a", "Rewrite a again"]
    assert world.mock.files("acme/dags", "waymark/a/rewrite")["new/four.py"] == "FOUR = 5\n"


def test_what_people_pushed_to_other_files_of_an_open_pull_request_stays(world: GithubWorld) -> None:
    pull = opened(world)
    world.mock.push_to("acme/dags", pull.number, {"dags/a/three.py": "THREE = 3\n"}, person=ANA)
    pushed = world.mock.pull_request("acme/dags", 1)["head"]["sha"]
    assert opened(world).head_sha == pushed
    assert world.mock.files("acme/dags", "waymark/a/rewrite")["dags/a/three.py"] == "THREE = 3\n"


def test_closed_pull_request_is_followed_by_another_from_the_same_branch(world: GithubWorld) -> None:
    opened(world)
    world.mock.close_unmerged("acme/dags", 1)
    second = opened(world)
    assert (second.number, second.state) == (2, "open")
    assert commits(world, second) == ["Rewrite a"]


def test_what_a_closed_try_left_over_is_not_in_the_next(world: GithubWorld) -> None:
    opened(world)
    world.mock.close_unmerged("acme/dags", 1)
    world.mock.push("acme/dags", "main", {"README.md": "moved"}, person=ANA)
    second = opened(world, a_proposal({"dags/a/one.py": "ONE = 2\n"}))
    assert files_of(world, second) == [("dags/a/one.py", "modified")]
    assert world.mock.pull_request("acme/dags", 2)["mergeable"] is True
    assert world.mock.files("acme/dags", "waymark/a/rewrite") == world.mock.files("acme/dags") | {
        "dags/a/one.py": "ONE = 2\n"
    }


def test_stale_branch_without_a_pull_request_is_used(world: GithubWorld) -> None:
    repo = world.client.get_repo("acme/dags")
    repo.create_git_ref("refs/heads/waymark/a/rewrite", repo.get_git_ref("heads/main").object.sha)
    world.mock.push("acme/dags", "waymark/a/rewrite", {"left.txt": "over"}, person=ANA)
    assert files_of(world, opened(world)) == [
        ("dags/a/one.py", "modified"),
        ("dags/a/two.py", "removed"),
        ("new/four.py", "added"),
    ]


def test_merged_pull_request_is_the_answer_where_nothing_is_left_to_change(world: GithubWorld) -> None:
    opened(world)
    world.mock.merge("acme/dags", 1, method="squash")
    written = world.writes()
    assert (opened(world).number, opened(world).state) == (1, "merged")
    assert world.writes() == written


def test_work_after_a_merge_is_another_pull_request_with_only_that(world: GithubWorld) -> None:
    opened(world)
    world.mock.merge("acme/dags", 1, method="squash")
    second = opened(world, a_proposal({"new/four.py": "FOUR = 44\n"}))
    assert (second.number, files_of(world, second)) == (2, [("new/four.py", "modified")])


def test_nothing_to_change_is_told(world: GithubWorld) -> None:
    with pytest.raises(PermanentError) as caught:
        opened(world, a_proposal({"dags/a/one.py": FILES["dags/a/one.py"], "gone.py": None}))
    assert (caught.value.code, caught.value.reason) == (
        "nothing_to_change",
        "acme/dags holds all of this at main already: there is nothing to open, skip the step.",
    )
    assert world.writes() == []


def test_deleting_what_is_gone_already_is_no_error(world: GithubWorld) -> None:
    pull = opened(world, a_proposal({"gone.py": None, "dags/a/one.py": "ONE = 0\n", "dags/none/x.py": None}))
    assert files_of(world, pull) == [("dags/a/one.py", "modified")]


def test_executable_file_stays_executable(world: GithubWorld) -> None:
    repo = world.mock.world.repository("acme/dags")
    objects = world.mock.world.objects
    files = world.mock.world.files_at(repo, "main") | {"run.sh": ("100755", objects.write_blob(b"#!/bin/sh\n"))}
    sha = objects.write_commit(
        objects.write_tree(files),
        [str(world.mock.world.ref(repo, "heads/main"))],
        "x",
        name="a",
        email="b",
        at=world.clock.now,
    )
    world.mock.world.store.put("ref", repo["id"], "heads/main", {"sha": sha})
    opened(world, a_proposal({"run.sh": "#!/bin/sh\nset -e\n"}))
    assert world.mock.world.files_at(repo, "waymark/a/rewrite")["run.sh"][0] == "100755"


def test_missing_base_is_not_found_and_nothing_is_written(world: GithubWorld) -> None:
    proposal = Proposal("acme/dags", "b", "trunk", "t", "", CHANGED)
    with pytest.raises(NotFoundError, match="open a pull request from b to trunk in acme/dags: Not Found"):
        opened(world, proposal)
    assert world.writes() == []


@pytest.mark.parametrize("write", ["refs", "pulls"])
def test_somebody_who_was_faster_is_found_by_the_next_try(world: GithubWorld, write: str) -> None:
    rival = GithubPullRequests(world.client)
    original = world.client.requester.requestJsonAndCheck

    def after_the_rival(verb: str, url: str, *rest: object, **more: object) -> object:
        if verb == "POST" and url.endswith(f"/{write}"):
            world.client.requester.requestJsonAndCheck = original  # type: ignore[method-assign]
            rival.open(a_proposal(title="By the rival"))
        return original(verb, url, *rest, **more)  # type: ignore[arg-type]

    world.client.requester.requestJsonAndCheck = after_the_rival  # type: ignore[method-assign,assignment]
    with pytest.raises(RetryableError, match="Somebody else was at work on waymark/a/rewrite in acme/dags just now"):
        opened(world)
    assert opened(world).number == 1
    assert len(world.mock.pull_requests()) == 1


def test_find_tells_the_newest_from_this_branch_in_two_calls(world: GithubWorld) -> None:
    pulls = GithubPullRequests(world.client)
    assert pulls.find("acme/dags", "waymark/a/rewrite") is None
    opened(world)
    world.mock.close_unmerged("acme/dags", 1)
    second = opened(world)
    before = len(world.calls())
    assert pulls.find("acme/dags", "waymark/a/rewrite") == second
    assert len(world.calls()) - before == 2
    world.mock.merge("acme/dags", 2)
    found = pulls.find("acme/dags", "waymark/a/rewrite")
    assert found is not None
    assert (found.number, found.state) == (2, "merged")


def test_find_takes_no_branch_that_only_begins_so(world: GithubWorld) -> None:
    opened(world, a_proposal(branch="waymark/a/rewrite-2"))
    assert GithubPullRequests(world.client).find("acme/dags", "waymark/a/rewrite") is None


def test_filter_that_github_ignores_finds_nobody_elses(world: GithubWorld) -> None:
    opened(world, a_proposal(branch="somebody/else"))
    from sandbox.github import routes_pulls, shapes_pulls
    from sandbox.github.app import Answer, Call

    def unfiltered(call: Call, repo: dict[str, object]) -> Answer:
        pulls = call.world.store.all("pull", repo["id"])
        return call.page(pulls, lambda pull: shapes_pulls.simple(call.world, repo, pull))

    for rule in world.mock._app._map.iter_rules():
        if rule.endpoint[0] is routes_pulls.list_pulls:
            rule.endpoint = (unfiltered, True)
    assert GithubPullRequests(world.client).find("acme/dags", "waymark/a/rewrite") is None


@pytest.mark.parametrize("source", [None, {"id": 1}])
def test_pull_request_of_a_fork_is_not_ours(
    world: GithubWorld, monkeypatch: pytest.MonkeyPatch, source: dict[str, int] | None
) -> None:
    opened(world)
    from sandbox.github import shapes_pulls

    simple = shapes_pulls.simple

    def forked(*arguments: object) -> dict[str, object]:
        shown = simple(*arguments)  # type: ignore[arg-type]
        return {**shown, "head": {**shown["head"], "repo": source}}

    monkeypatch.setattr(shapes_pulls, "simple", forked)
    assert GithubPullRequests(world.client).find("acme/dags", "waymark/a/rewrite") is None


def test_renamed_repository_is_followed(world: GithubWorld) -> None:
    first = opened(world)
    world.mock.rename_repository("acme/dags", "pipelines")
    again = opened(world)
    assert (again.number, again.url) == (first.number, f"{world.api}/acme/pipelines/pull/1")


def test_every_fault_is_one_of_ours(world: GithubWorld) -> None:
    for status in (400, 401, 403, 404, 409, 410, 422, 429, 500):
        world.mock.fail_next_calls(1, status=status, after=2)
        with pytest.raises(WaymarkError):
            opened(world)
