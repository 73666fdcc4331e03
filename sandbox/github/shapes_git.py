# ruff: noqa: D103 - each is called what it shows
"""References, git objects and files as GitHub's REST API shows them."""

import base64
from typing import Final

from sandbox.github.objects import FOLDER, Commit
from sandbox.github.shapes import html_url, repository_url
from sandbox.github.store import Json
from sandbox.github.world import World, node_id


def ref(world: World, repo: Json, name: str, sha: str) -> Json:
    url = repository_url(world, repo)
    return {
        "ref": f"refs/{name}",
        "node_id": node_id("REF", f"{repo['id']}:{name}"),
        "url": f"{url}/git/refs/{name}",
        "object": {"sha": sha, "type": "commit", "url": f"{url}/git/commits/{sha}"},
    }


def _signature(commit: Commit) -> Json:
    return {"name": commit.name, "email": commit.email, "date": commit.at.strftime("%Y-%m-%dT%H:%M:%SZ")}


_UNSIGNED: Final = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def git_commit(world: World, repo: Json, commit: Commit) -> Json:
    """As the git data API shows it."""
    url, html = repository_url(world, repo), html_url(world, repo)
    return {
        "sha": commit.sha,
        "node_id": node_id("C", commit.sha),
        "url": f"{url}/git/commits/{commit.sha}",
        "html_url": f"{html}/commit/{commit.sha}",
        "author": _signature(commit),
        "committer": _signature(commit),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "parents": [_parent(url, html, sha, "git/commits") for sha in commit.parents],
        "verification": _UNSIGNED,
    }


def _parent(url: str, html: str, sha: str, path: str) -> Json:
    return {"sha": sha, "url": f"{url}/{path}/{sha}", "html_url": f"{html}/commit/{sha}"}


def commit(world: World, repo: Json, commit: Commit) -> Json:
    """As lists of commits show it."""
    url, html = repository_url(world, repo), html_url(world, repo)
    inner = git_commit(world, repo, commit)
    kept = {key: inner[key] for key in ("author", "committer", "message", "tree", "url", "verification")}
    return {
        "sha": commit.sha,
        "node_id": inner["node_id"],
        "commit": {**kept, "comment_count": 0},
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{html}/commit/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": None,
        "committer": None,
        "parents": [_parent(url, html, sha, "commits") for sha in commit.parents],
    }


def tree_entry(world: World, repo: Json, path: str, mode: str, sha: str) -> Json:
    url = repository_url(world, repo)
    if mode == FOLDER:
        return {"path": path, "mode": "040000", "type": "tree", "sha": sha, "url": f"{url}/git/trees/{sha}"}
    size = len(world.objects.blob(sha) or b"")
    return {"path": path, "mode": mode, "type": "blob", "sha": sha, "size": size, "url": f"{url}/git/blobs/{sha}"}


def blob(world: World, repo: Json, sha: str, body: bytes) -> Json:
    return {
        "sha": sha,
        "node_id": node_id("B", sha),
        "size": len(body),
        "url": f"{repository_url(world, repo)}/git/blobs/{sha}",
        "content": base64.encodebytes(body).decode(),
        "encoding": "base64",
    }


def content(world: World, repo: Json, path: str, sha: str, *, ref: str, body: bytes | None) -> Json:
    """A file where `body` is given, else a folder."""
    kind = "dir" if body is None else "file"
    url = f"{repository_url(world, repo)}/contents/{path}?ref={ref}"
    git = f"{repository_url(world, repo)}/git/{'trees' if body is None else 'blobs'}/{sha}"
    html = f"{html_url(world, repo)}/{'tree' if body is None else 'blob'}/{ref}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(body or b""),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": None if body is None else f"{html_url(world, repo)}/raw/{ref}/{path}",
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }
