# ruff: noqa: D103 - each is called what it shows
"""Workflows, their runs, jobs, checks and annotations as GitHub's REST API shows them."""

from typing import Final

from sandbox.github import shapes
from sandbox.github.store import Json
from sandbox.github.world import World, node_id

_RUNNER: Final[Json] = {"runner_id": 1, "runner_name": "sandbox", "runner_group_id": 1, "runner_group_name": "Default"}


def workflow(world: World, repo: Json, found: Json) -> Json:
    url, html = shapes.repository_url(world, repo), shapes.html_url(world, repo)
    file = found["path"].rpartition("/")[2]
    return {
        "id": found["id"],
        "node_id": node_id("W", found["id"]),
        "name": found["name"],
        "path": found["path"],
        "state": "active",
        "created_at": repo["created_at"],
        "updated_at": repo["created_at"],
        "url": f"{url}/actions/workflows/{found['id']}",
        "html_url": f"{html}/blob/{repo['default_branch']}/{found['path']}",
        "badge_url": f"{html}/actions/workflows/{file}/badge.svg",
    }


def run(world: World, repo: Json, found: Json) -> Json:
    """The latest attempt."""
    url = f"{shapes.repository_url(world, repo)}/actions/runs/{found['id']}"
    suite = f"{shapes.repository_url(world, repo)}/check-suites/{found['id']}"
    copied = ("id", "name", "head_branch", "head_sha", "path", "display_title", "run_number", "run_attempt", "event")
    previous = found["run_attempt"] - 1
    return {
        **{key: found[key] for key in copied},
        **{key: found[key] for key in ("status", "conclusion", "workflow_id", "created_at", "updated_at")},
        "run_started_at": found["run_started_at"],
        "node_id": node_id("WFR", found["id"]),
        "check_suite_id": found["id"],
        "check_suite_node_id": node_id("CS", found["id"]),
        "url": url,
        "html_url": run_page(world, repo, found["id"]),
        "pull_requests": [],
        "referenced_workflows": [],
        "actor": shapes.account(world, found["actor"]),
        "triggering_actor": shapes.account(world, found["triggering_actor"]),
        **{f"{link}_url": f"{url}/{link}" for link in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "check_suite_url": suite,
        "previous_attempt_url": f"{url}/attempts/{previous}" if previous else None,
        "workflow_url": f"{shapes.repository_url(world, repo)}/actions/workflows/{found['workflow_id']}",
        "head_commit": head_commit(world, found["head_sha"]),
        "repository": shapes.minimal_repository(world, repo),
        "head_repository": shapes.minimal_repository(world, repo),
    }


def run_page(world: World, repo: Json, run_id: int) -> str:
    return f"{shapes.html_url(world, repo)}/actions/runs/{run_id}"


def head_commit(world: World, sha: str) -> Json:
    """The form of webhooks and runs."""
    commit = world.commit(sha)
    person = {"name": commit.name, "email": commit.email}
    return {
        "id": sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": commit.at.isoformat().replace("+00:00", "Z"),
        "author": person,
        "committer": person,
    }


def job(world: World, repo: Json, of_run: Json, found: Json) -> Json:
    url = shapes.repository_url(world, repo)
    copied = ("id", "name", "status", "conclusion", "started_at", "completed_at", "run_attempt", "steps")
    return {
        **{key: found[key] for key in copied},
        "created_at": found["started_at"],
        "run_id": of_run["id"],
        "workflow_name": of_run["name"],
        "head_branch": of_run["head_branch"],
        "run_url": f"{url}/actions/runs/{of_run['id']}",
        "node_id": node_id("CR", found["id"]),
        "head_sha": of_run["head_sha"],
        "url": f"{url}/actions/jobs/{found['id']}",
        "html_url": f"{run_page(world, repo, of_run['id'])}/job/{found['id']}",
        "check_run_url": f"{url}/check-runs/{found['id']}",
        "labels": ["ubuntu-latest"],
        **_RUNNER,
    }


def check_run(world: World, repo: Json, of_run: Json, found: Json) -> Json:
    url = f"{shapes.repository_url(world, repo)}/check-runs/{found['id']}"
    page = f"{run_page(world, repo, of_run['id'])}/job/{found['id']}"
    return {
        **{key: found[key] for key in ("id", "name", "status", "conclusion", "started_at", "completed_at")},
        "node_id": node_id("CR", found["id"]),
        "head_sha": of_run["head_sha"],
        "external_id": "",
        "url": url,
        "html_url": page,
        "details_url": page,
        "output": {
            **dict.fromkeys(("title", "summary", "text")),
            "annotations_count": len(found["annotations"]),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": of_run["id"]},
        "app": None,
        "pull_requests": [],
    }


def annotation(world: World, repo: Json, of_run: Json, message: str) -> Json:
    return {
        "path": ".github",
        "blob_href": f"{shapes.html_url(world, repo)}/blob/{of_run['head_sha']}/.github",
        "start_line": 1,
        "start_column": None,
        "end_line": 1,
        "end_column": None,
        "annotation_level": "failure",
        "title": "",
        "message": message,
        "raw_details": "",
    }
