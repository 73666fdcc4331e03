# ruff: noqa: D103 - each is called what it shows
"""The side of a pull request on which people talk, as GitHub's REST API shows it: every pull request is an issue, too."""

from typing import Final
from urllib.parse import quote

from sandbox.github import shapes
from sandbox.github.store import Json
from sandbox.github.world import World, node_id

LABEL_COLOUR: Final = "ededed"
_REACTIONS: Final = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def issue(world: World, repo: Json, pull: Json) -> Json:
    number = pull["number"]
    url = f"{shapes.repository_url(world, repo)}/issues/{number}"
    page = f"{shapes.html_url(world, repo)}/pull/{number}"
    links = ("url", "html_url", "diff_url", "patch_url")
    targets = (f"{shapes.repository_url(world, repo)}/pulls/{number}", page, f"{page}.diff", f"{page}.patch")
    return {
        **{key: pull[key] for key in ("id", "number", "title", "body", "state", "draft")},
        **{key: pull[key] for key in ("created_at", "updated_at", "closed_at")},
        "node_id": node_id("PR", pull["id"]),
        "url": url,
        "html_url": page,
        "repository_url": shapes.repository_url(world, repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "user": shapes.account(world, pull["user"]),
        "labels": [label(world, repo, name) for name in pull["labels"]],
        "comments": len(world.store.all("comment", pull["id"])),
        "locked": False,
        "assignees": [],
        **dict.fromkeys(("active_lock_reason", "assignee", "milestone", "performed_via_github_app")),
        "author_association": "CONTRIBUTOR",
        "reactions": _reactions(url),
        "pull_request": dict(zip(links, targets, strict=True)) | {"merged_at": pull["merged_at"]},
    }


def _reactions(url: str) -> Json:
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}


def comment(world: World, repo: Json, pull: Json, found: Json) -> Json:
    url, html = shapes.repository_url(world, repo), shapes.html_url(world, repo)
    return {
        **{key: found[key] for key in ("id", "body", "created_at")},
        "node_id": node_id("IC", found["id"]),
        "url": f"{url}/issues/comments/{found['id']}",
        "html_url": f"{html}/pull/{pull['number']}#issuecomment-{found['id']}",
        "issue_url": f"{url}/issues/{pull['number']}",
        "user": shapes.account(world, found["user"]),
        "updated_at": found["created_at"],
        "author_association": "MEMBER",
        "performed_via_github_app": None,
        "reactions": _reactions(f"{url}/issues/comments/{found['id']}"),
    }


def label(world: World, repo: Json, name: str) -> Json:
    return {
        "id": sum(name.encode()) + 1,
        "node_id": node_id("LA", name),
        "url": f"{shapes.repository_url(world, repo)}/labels/{quote(name)}",
        "name": name,
        "description": None,
        "color": LABEL_COLOUR,
        "default": False,
    }
