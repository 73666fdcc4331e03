# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes of git objects: blobs, trees, commits, and how two commits compare."""

import base64
import binascii
from typing import Final

from sandbox.github import shapes, shapes_git, shapes_pulls
from sandbox.github.app import Answer, Call, Route
from sandbox.github.objects import FILE, FOLDER, Files
from sandbox.github.repositories import commit_tree
from sandbox.github.store import Json
from sandbox.github.world import RefusedError, World


def create_blob(call: Call, repo: Json) -> Answer:
    text = str(call.body.get("content", ""))
    sha = call.world.objects.write_blob(decoded(text) if call.body.get("encoding") == "base64" else text.encode())
    return Answer({"sha": sha, "url": f"{shapes.repository_url(call.world, repo)}/git/blobs/{sha}"}, 201)


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as exc:
        raise RefusedError(422, "content is not valid Base64") from exc


def get_blob(call: Call, repo: Json, sha: str) -> Answer:
    body = call.world.objects.blob(sha)
    if body is None:
        raise RefusedError(404, "Not Found")
    return Answer(shapes_git.blob(call.world, repo, sha, body))


def get_tree(call: Call, repo: Json, sha: str) -> Answer:
    world = call.world
    commit = world.resolve(repo, sha)
    root = world.commit(commit).tree if commit else sha
    if world.objects.tree(root) is None:
        raise RefusedError(404, "Not Found")
    return Answer(_shown_tree(world, repo, root, recursive=call.request.args.get("recursive") not in {None, ""}))


def _shown_tree(world: World, repo: Json, sha: str, *, recursive: bool) -> Json:
    entries = (
        _walk(world, sha, "") if recursive else [(name, mode, at) for mode, name, at in world.objects.tree(sha) or []]
    )
    shown = [shapes_git.tree_entry(world, repo, path, mode, at) for path, mode, at in entries]
    return {
        "sha": sha,
        "url": f"{shapes.repository_url(world, repo)}/git/trees/{sha}",
        "tree": shown,
        "truncated": False,
    }


def _walk(world: World, sha: str, prefix: str) -> list[tuple[str, str, str]]:
    found = []
    for mode, name, entry in world.objects.tree(sha) or []:
        found.append((prefix + name, mode, entry))
        if mode == FOLDER:
            found += _walk(world, entry, f"{prefix}{name}/")
    return found


def create_tree(call: Call, repo: Json) -> Answer:
    world, start = call.world, call.body.get("base_tree")
    if start is not None and world.objects.tree(_root(world, str(start))) is None:
        raise RefusedError(422, "base_tree is not a valid tree oid")
    files = world.objects.files(_root(world, str(start))) if start is not None else {}
    for entry in call.body.get("tree") or []:
        _apply(world, files, entry)
    if not files:
        raise RefusedError(422, "Invalid tree info")
    return Answer(_shown_tree(world, repo, world.objects.write_tree(files), recursive=False), 201)


def _root(world: World, sha: str) -> str:
    """A commit may stand for its tree."""
    commit = world.objects.commit(sha)
    return commit.tree if commit else sha


def _apply(world: World, files: Files, entry: Json) -> None:
    path, mode = str(entry.get("path", "")), str(entry.get("mode", FILE))
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise RefusedError(422, "tree.path contains a malformed path component")
    inside = [one for one in files if one == path or one.startswith(f"{path}/")]
    if "sha" in entry and entry["sha"] is None:
        if not inside:
            raise RefusedError(422, "GitRPC::BadObjectState")
        for one in inside:
            del files[one]
        return
    sha = world.objects.write_blob(str(entry["content"]).encode()) if "content" in entry else str(entry.get("sha"))
    if world.objects.blob(sha) is None:
        raise RefusedError(422, f"tree.sha {sha} is not a valid blob")
    files[path] = (mode, sha)


def create_commit(call: Call, repo: Json) -> Answer:
    world, body = call.world, call.body
    tree, parents = str(body.get("tree", "")), [str(sha) for sha in body.get("parents") or []]
    if world.objects.tree(tree) is None:
        raise RefusedError(422, "Tree SHA does not exist")
    if any(world.objects.commit(sha) is None for sha in parents):
        raise RefusedError(422, "Parent SHA does not exist or is not a commit object")
    sha = commit_tree(world, tree, parents, str(body.get("message", "")), call.person)
    return Answer(shapes_git.git_commit(world, repo, world.commit(sha)), 201)


def get_git_commit(call: Call, repo: Json, sha: str) -> Answer:
    return Answer(shapes_git.git_commit(call.world, repo, call.world.commit(sha)))


def get_commit(call: Call, repo: Json, ref: str) -> Answer:
    sha = call.world.resolve(repo, ref)
    if sha is None:
        raise RefusedError(422, f"No commit found for SHA: {ref}")
    return Answer(shapes_git.commit(call.world, repo, call.world.commit(sha)))


def compare(call: Call, repo: Json, basehead: str) -> Answer:
    world = call.world
    base, head = (world.resolve(repo, side) for side in basehead.split("...", 1)) if "..." in basehead else (None, None)
    if base is None or head is None:
        raise RefusedError(404, "Not Found")
    fork = world.objects.merge_base(base, head)
    if fork is None:
        raise RefusedError(404, f"No common ancestor between {base} and {head}.")
    ours, theirs = set(world.objects.ancestors(base)), world.objects.ancestors(head)
    ahead = [sha for sha in reversed(theirs) if sha not in ours]
    behind = len(ours - set(theirs))
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}.get(
        (bool(ahead), bool(behind)), "diverged"
    )
    html = f"{shapes.html_url(world, repo)}/compare/{basehead}"
    return Answer(
        {
            "url": f"{shapes.repository_url(world, repo)}/compare/{basehead}",
            **dict.fromkeys(("html_url", "permalink_url"), html),
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "base_commit": shapes_git.commit(world, repo, world.commit(base)),
            "merge_base_commit": shapes_git.commit(world, repo, world.commit(fork)),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": behind,
            "total_commits": len(ahead),
            "commits": [shapes_git.commit(world, repo, world.commit(sha)) for sha in ahead],
            "files": shapes_pulls.file_changes(world, repo, fork, head),
        }
    )


ROUTES: Final[tuple[Route, ...]] = (
    ("POST", "/git/blobs", create_blob),
    ("GET", "/git/blobs/<sha>", get_blob),
    ("POST", "/git/trees", create_tree),
    ("GET", "/git/trees/<path:sha>", get_tree),
    ("POST", "/git/commits", create_commit),
    ("GET", "/git/commits/<sha>", get_git_commit),
    ("GET", "/commits/<path:ref>", get_commit),
    ("GET", "/compare/<path:basehead>", compare),
)
