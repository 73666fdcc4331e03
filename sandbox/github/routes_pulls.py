# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes of pull requests, their reviews, comments and labels."""

from typing import Final

from sandbox.github import pulls, shapes_git, shapes_issues, shapes_pulls
from sandbox.github.app import Answer, Call, Route
from sandbox.github.store import Json
from sandbox.github.world import ORGANISATION


def list_pulls(call: Call, repo: Json) -> Answer:
    query = call.request.args
    state, head, base = query.get("state", "open"), query.get("head", ""), query.get("base", "")
    # GitHub ignores a `head` without an owner
    branch = head.partition(":")[2] if head.startswith(f"{ORGANISATION}:") else ""
    foreign = ":" in head and not branch
    found = [
        pull
        for pull in call.world.store.all("pull", repo["id"])
        if state in {"all", pull["state"]}
        and branch in {"", pull["head"]}
        and base in {"", pull["base"]}
        and not foreign
    ]
    newest_first = query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "desc"
    ordered = found[::-1] if newest_first else found
    return call.page(ordered, lambda pull: shapes_pulls.simple(call.world, repo, pull))


def create_pull(call: Call, repo: Json) -> Answer:
    pull = pulls.create(call.world, repo, call.body, call.person)
    return Answer(shapes_pulls.full(call.world, repo, pull), 201)


def get_pull(call: Call, repo: Json, number: int) -> Answer:
    return Answer(shapes_pulls.full(call.world, repo, pulls.find(call.world, repo, number)))


def update_pull(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.update(call.world, repo, pulls.find(call.world, repo, number), call.body, call.person)
    return Answer(shapes_pulls.full(call.world, repo, pull))


def merge_pull(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.merge(call.world, repo, pulls.find(call.world, repo, number), call.body, call.person)
    return Answer({"sha": pull["merge_commit_sha"], "merged": True, "message": "Pull Request successfully merged"})


def list_files(call: Call, repo: Json, number: int) -> Answer:
    changed = shapes_pulls.changed_files(call.world, repo, pulls.find(call.world, repo, number))
    return call.page(changed, lambda file: file)


def list_commits(call: Call, repo: Json, number: int) -> Answer:
    found = shapes_pulls.commits_of(call.world, pulls.find(call.world, repo, number))
    return call.page(found, lambda sha: shapes_git.commit(call.world, repo, call.world.commit(sha)))


def list_reviews(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.find(call.world, repo, number)
    found = call.world.store.all("review", pull["id"])
    return call.page(found, lambda review: shapes_pulls.review(call.world, repo, pull, review))


def create_review(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.find(call.world, repo, number)
    review = pulls.review(call.world, repo, pull, call.body, call.person)
    return Answer(shapes_pulls.review(call.world, repo, pull, review))


def dismiss_review(call: Call, repo: Json, number: int, review_id: int) -> Answer:
    pull = pulls.find(call.world, repo, number)
    review = pulls.dismiss(call.world, repo, pull, review_id, call.person)
    return Answer(shapes_pulls.review(call.world, repo, pull, review))


def list_comments(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.find(call.world, repo, number)
    found = call.world.store.all("comment", pull["id"])
    return call.page(found, lambda comment: shapes_issues.comment(call.world, repo, pull, comment))


def create_comment(call: Call, repo: Json, number: int) -> Answer:
    pull = pulls.find(call.world, repo, number)
    comment = pulls.comment(call.world, repo, pull, str(call.body.get("body") or ""), call.person)
    return Answer(shapes_issues.comment(call.world, repo, pull, comment), 201)


def list_labels(call: Call, repo: Json, number: int) -> Answer:
    names = pulls.find(call.world, repo, number)["labels"]
    return call.page(names, lambda name: shapes_issues.label(call.world, repo, name))


def add_labels(call: Call, repo: Json, number: int) -> Answer:
    names = [str(name) for name in call.body.get("labels") or []]
    pull = pulls.add_labels(call.world, repo, pulls.find(call.world, repo, number), names, call.person)
    return call.page(pull["labels"], lambda name: shapes_issues.label(call.world, repo, name))


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", "/pulls", list_pulls),
    ("POST", "/pulls", create_pull),
    ("GET", "/pulls/<int:number>", get_pull),
    ("PATCH", "/pulls/<int:number>", update_pull),
    ("PUT", "/pulls/<int:number>/merge", merge_pull),
    ("GET", "/pulls/<int:number>/files", list_files),
    ("GET", "/pulls/<int:number>/commits", list_commits),
    ("GET", "/pulls/<int:number>/reviews", list_reviews),
    ("POST", "/pulls/<int:number>/reviews", create_review),
    ("PUT", "/pulls/<int:number>/reviews/<int:review_id>/dismissals", dismiss_review),
    ("GET", "/issues/<int:number>/comments", list_comments),
    ("POST", "/issues/<int:number>/comments", create_comment),
    ("GET", "/issues/<int:number>/labels", list_labels),
    ("POST", "/issues/<int:number>/labels", add_labels),
)
