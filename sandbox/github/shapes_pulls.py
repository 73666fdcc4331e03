# ruff: noqa: D103 - each is called what it shows
"""Pull requests, reviews and file changes as GitHub's REST API shows them."""

from difflib import unified_diff
from urllib.parse import quote

from sandbox.github import shapes, shapes_issues
from sandbox.github.objects import Files
from sandbox.github.store import Json
from sandbox.github.world import ORGANISATION, World, node_id

Entry = tuple[str, str]
"""Mode and blob of a file."""


def simple(world: World, repo: Json, pull: Json) -> Json:
    """As lists show it: without `merged`, `mergeable` and the counts."""
    url, html = shapes.repository_url(world, repo), shapes.html_url(world, repo)
    number = pull["number"]
    return {
        "url": f"{url}/pulls/{number}",
        "id": pull["id"],
        "node_id": node_id("PR", pull["id"]),
        "html_url": f"{html}/pull/{number}",
        "diff_url": f"{html}/pull/{number}.diff",
        "patch_url": f"{html}/pull/{number}.patch",
        **_links(url, pull),
        **{key: pull[key] for key in ("number", "state", "title", "body", "draft", "merge_commit_sha")},
        **{key: pull[key] for key in ("created_at", "updated_at", "closed_at", "merged_at")},
        "locked": False,
        "active_lock_reason": None,
        "user": shapes.account(world, pull["user"]),
        "labels": [shapes_issues.label(world, repo, name) for name in pull["labels"]],
        **dict.fromkeys(("milestone", "assignee", "auto_merge")),
        **{key: [] for key in ("assignees", "requested_reviewers", "requested_teams")},
        "head": _side(world, repo, pull["head"], pull["head_sha"]),
        "base": _side(world, repo, pull["base"], pull["base_sha"]),
        "author_association": "CONTRIBUTOR",
        "_links": _hrefs(url, html, pull),
    }


def _links(url: str, pull: Json) -> Json:
    number = pull["number"]
    return {
        "issue_url": f"{url}/issues/{number}",
        "commits_url": f"{url}/pulls/{number}/commits",
        "review_comments_url": f"{url}/pulls/{number}/comments",
        "review_comment_url": f"{url}/pulls/comments{{/number}}",
        "comments_url": f"{url}/issues/{number}/comments",
        "statuses_url": f"{url}/statuses/{pull['head_sha']}",
    }


def _hrefs(url: str, html: str, pull: Json) -> Json:
    named = {key.removesuffix("_url"): {"href": value} for key, value in _links(url, pull).items()}
    number = pull["number"]
    return {**named, "self": {"href": f"{url}/pulls/{number}"}, "html": {"href": f"{html}/pull/{number}"}}


def _side(world: World, repo: Json, branch: str, sha: str) -> Json:
    return {
        "label": f"{ORGANISATION}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": shapes.owner(world),
        "repo": shapes.repository(world, repo),
    }


def full(world: World, repo: Json, pull: Json) -> Json:
    """As a single one is shown."""
    changed = changed_files(world, repo, pull)
    is_open = pull["state"] == "open"
    mergeable = merged_files(world, pull) is not None if is_open else None
    commits = commits_of(world, pull)
    return {
        **simple(world, repo, pull),
        "merged": pull["merged_at"] is not None,
        "mergeable": mergeable,
        "rebaseable": False if is_open else None,
        "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[mergeable],
        "merged_by": shapes.account(world, pull["merged_by"]) if pull["merged_by"] else None,
        "comments": len(world.store.all("comment", pull["id"])),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(commits),
        "additions": sum(file["additions"] for file in changed),
        "deletions": sum(file["deletions"] for file in changed),
        "changed_files": len(changed),
    }


def merged_files(world: World, pull: Json) -> Files | None:
    """What the base would hold after a merge; None where it conflicts."""
    base, head = world.commit(pull["base_sha"]), world.commit(pull["head_sha"])
    fork = world.objects.merge_base(base.sha, head.sha)
    return world.objects.merged(world.commit(fork).tree, base.tree, head.tree) if fork else None


def commits_of(world: World, pull: Json) -> list[str]:
    """Oldest first."""
    known = set(world.objects.ancestors(pull["base_sha"]))
    return [sha for sha in reversed(world.objects.ancestors(pull["head_sha"])) if sha not in known]


def changed_files(world: World, repo: Json, pull: Json) -> list[Json]:
    """Against the commit where the branch left the base."""
    fork = world.objects.merge_base(pull["base_sha"], pull["head_sha"]) or pull["base_sha"]
    return file_changes(world, repo, fork, pull["head_sha"])


def file_changes(world: World, repo: Json, before_sha: str, after_sha: str) -> list[Json]:
    before = world.objects.files(world.commit(before_sha).tree)
    after = world.objects.files(world.commit(after_sha).tree)
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [_file_change(world, repo, path, (before.get(path), after.get(path)), after_sha) for path in paths]


def _file_change(world: World, repo: Json, path: str, sides: tuple[Entry | None, Entry | None], sha: str) -> Json:
    before, after = sides
    old, new = (_lines(world, entry) for entry in sides)
    diff = list(unified_diff(old, new, lineterm=""))[2:]
    added = sum(line.startswith("+") for line in diff)
    removed = sum(line.startswith("-") for line in diff)
    html, quoted = shapes.html_url(world, repo), quote(path)
    return {
        "sha": (after or before or ("", ""))[1],
        "filename": path,
        "status": "added" if before is None else "removed" if after is None else "modified",
        "additions": added,
        "deletions": removed,
        "changes": added + removed,
        "blob_url": f"{html}/blob/{sha}/{quoted}",
        "raw_url": f"{html}/raw/{sha}/{quoted}",
        "contents_url": f"{shapes.repository_url(world, repo)}/contents/{quoted}?ref={sha}",
        "patch": "\n".join(diff),
    }


def _lines(world: World, entry: Entry | None) -> list[str]:
    body = world.objects.blob(entry[1]) if entry else b""
    return (body or b"").decode(errors="replace").splitlines()


def review(world: World, repo: Json, pull: Json, found: Json) -> Json:
    url, html = shapes.repository_url(world, repo), shapes.html_url(world, repo)
    pull_url, page = f"{url}/pulls/{pull['number']}", f"{html}/pull/{pull['number']}"
    shown = f"{page}#pullrequestreview-{found['id']}"
    return {
        **{key: found[key] for key in ("id", "body", "state", "commit_id", "submitted_at")},
        "node_id": node_id("PRR", found["id"]),
        "user": shapes.account(world, found["user"]),
        "html_url": shown,
        "pull_request_url": pull_url,
        "author_association": "MEMBER",
        "_links": {"html": {"href": shown}, "pull_request": {"href": pull_url}},
    }
