"""Reading a folder, through PyGithub from the mock GitHub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.github.repositories import commit_tree
from shared.adapters.github_contents import GithubContents
from shared.errors import PermanentError, RetryableError
from tests.adapters.github_world import ANA, FILES, GithubWorld, a_github_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GithubWorld]:
    with a_github_world(tmp_path) as found:
        yield found


def folder(world: GithubWorld, path: str, ref: str = "main") -> dict[str, str]:
    return dict(GithubContents(world.client).folder("acme/dags", path, ref))


def add(world: GithubWorld, path: str, mode: str, body: bytes) -> None:
    repo, inner = world.mock.world.repository("acme/dags"), world.mock.world
    files = inner.files_at(repo, "main") | {path: (mode, inner.objects.write_blob(body))}
    sha = commit_tree(inner, inner.objects.write_tree(files), [], "Add", ANA.document())
    inner.store.put("ref", repo["id"], "heads/main", {"sha": sha})


@pytest.mark.parametrize("path", ["dags", "dags/", "/dags"])
def test_folder_is_read_with_all_below_it(world: GithubWorld, path: str) -> None:
    assert folder(world, path) == {name: text for name, text in FILES.items() if name.startswith("dags/")}


def test_deep_folder_is_read_alone(world: GithubWorld) -> None:
    assert folder(world, "dags/a") == {"dags/a/one.py": "ONE = 1\n", "dags/a/two.py": "TWO = 2\n"}


def test_no_path_is_the_whole_repository(world: GithubWorld) -> None:
    assert set(folder(world, "")) == {*FILES, ".github/workflows/deploy.yml"}


def test_branch_with_a_slash_and_a_commit_are_refs(world: GithubWorld) -> None:
    world.open_pull("waymark/a/b")
    sha = world.mock.pull_request("acme/dags", 1)["base"]["sha"]
    assert folder(world, "dags/a", "waymark/a/b")["dags/a/one.py"] == "ONE = 11\n"
    assert folder(world, "dags/a", sha)["dags/a/one.py"] == "ONE = 1\n"


def test_what_is_not_text_or_no_file_is_left_out(world: GithubWorld) -> None:
    add(world, "dags/a/logo.png", "100644", b"\x89PNG\xff")
    add(world, "dags/a/link.py", "120000", b"one.py")
    add(world, "dags/a/run.sh", "100755", b"#!/bin/sh\n")
    add(world, "dags/a/umlaut.py", "100644", "ä\r\n".encode())
    assert folder(world, "dags/a") == {
        "dags/a/one.py": "ONE = 1\n",
        "dags/a/two.py": "TWO = 2\n",
        "dags/a/run.sh": "#!/bin/sh\n",
        "dags/a/umlaut.py": "ä\r\n",
    }


@pytest.mark.parametrize("path", ["dags/none", "none/at/all", "README.md", "dag"])
def test_missing_folder_says_what_to_do(world: GithubWorld, path: str) -> None:
    with pytest.raises(PermanentError) as caught:
        folder(world, path)
    assert (caught.value.code, caught.value.reason) == (
        "folder_not_found",
        f"acme/dags has no text file below {path} at main: correct the path, or add the folder.",
    )


def test_missing_branch_is_permanent(world: GithubWorld) -> None:
    with pytest.raises(PermanentError, match="No commit found for SHA: trunk"):
        folder(world, "dags", "trunk")


def test_missing_repository_is_permanent(world: GithubWorld) -> None:
    with pytest.raises(PermanentError, match="show the folder dags of acme/none at main: Not Found"):
        GithubContents(world.client).folder("acme/none", "dags", "main")


def test_truncated_listing_is_refused_not_half_believed(world: GithubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from sandbox.github import routes_git

    shown = routes_git._shown_tree
    monkeypatch.setattr(routes_git, "_shown_tree", lambda *a, **k: {**shown(*a, **k), "truncated": True})
    with pytest.raises(PermanentError, match="holds too many files"):
        folder(world, "dags")


def test_hundreds_of_files_are_all_read(world: GithubWorld) -> None:
    many = {f"dags/many/{number}.py": f"N = {number}\n" for number in range(150)}
    world.mock.push("acme/dags", "main", many)
    assert folder(world, "dags/many") == many


def test_limit_between_two_files_is_retryable(world: GithubWorld) -> None:
    world.mock.fail_next_calls(1, status=429, after=6)
    with pytest.raises(RetryableError):
        folder(world, "dags/a")
