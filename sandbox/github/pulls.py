"""What happens to pull requests: opening, reviewing, merging, closing. Each change refuses what GitHub refuses."""

from typing import Final

from sandbox.github import shapes_issues, shapes_pulls
from sandbox.github.deliveries import emit
from sandbox.github.repositories import commit_tree, move_branch, tell_pull
from sandbox.github.store import Json
from sandbox.github.world import ORGANISATION, RefusedError, World

REVIEWS: Final = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
_FIRST_ID: Final = 300_001


def find(world: World, repo: Json, number: int) -> Json:
    """By its number in the repository."""
    pull = world.store.get("pull", repo["id"], number)
    if pull is None:
        raise RefusedError(404, "Not Found")
    return pull


def _invalid(resource: str, field: str) -> RefusedError:
    return RefusedError(422, "Validation Failed", errors=[{"resource": resource, "field": field, "code": "invalid"}])


def _refused(message: str) -> RefusedError:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return RefusedError(422, "Validation Failed", errors=[error])


def create(world: World, repo: Json, body: Json, person: Json) -> Json:
    """From `head` (`branch` or `acme:branch`) to `base`."""
    head = str(body.get("head", "")).removeprefix(f"{ORGANISATION}:")
    base = str(body.get("base", ""))
    head_sha, base_sha = (world.ref(repo, f"heads/{branch}") for branch in (head, base))
    if head_sha is None:
        raise _invalid("PullRequest", "head")
    if base_sha is None:
        raise _invalid("PullRequest", "base")
    if not body.get("title"):
        raise RefusedError(
            422, "Validation Failed", errors=[{"resource": "Issue", "code": "missing_field", "field": "title"}]
        )
    if _open_from(world, repo, head, base):
        raise _refused(f"A pull request already exists for {ORGANISATION}:{head}.")
    if head_sha in world.objects.ancestors(base_sha):
        raise _refused(f"No commits between {base} and {head}")
    pull = _new(world, repo, body, person) | {"head": head, "base": base, "head_sha": head_sha, "base_sha": base_sha}
    world.store.put("pull", repo["id"], pull["number"], pull)
    tell_pull(world, repo, pull, "opened", person)
    return pull


def _open_from(world: World, repo: Json, head: str, base: str) -> bool:
    pulls = world.store.all("pull", repo["id"])
    return any(pull["state"] == "open" and (pull["head"], pull["base"]) == (head, base) for pull in pulls)


def _new(world: World, repo: Json, body: Json, person: Json) -> Json:
    return {
        "id": world.store.count("pull", _FIRST_ID),
        "repository_id": repo["id"],
        "number": world.store.count(f"issue of {repo['id']}"),
        "title": body["title"],
        "body": body.get("body"),
        "draft": bool(body.get("draft")),
        "state": "open",
        "user": person,
        "labels": [],
        "created_at": world.now(),
        "updated_at": world.now(),
        **dict.fromkeys(("closed_at", "merged_at", "merged_by", "merge_commit_sha")),
    }


def _save(world: World, repo: Json, pull: Json, person: Json, action: str, **more: object) -> Json:
    saved = {**pull, "updated_at": world.now()}
    world.store.put("pull", repo["id"], pull["number"], saved)
    tell_pull(world, repo, saved, action, person, **more)
    return saved


def update(world: World, repo: Json, pull: Json, body: Json, person: Json) -> Json:
    """Title, body, and state: closing and reopening."""
    edited = {key: body[key] for key in ("title", "body") if key in body}
    if edited:
        changes = {key: {"from": pull[key]} for key in edited}
        pull = _save(world, repo, pull | edited, person, "edited", changes=changes)
    if body.get("state") == "closed" and pull["state"] == "open":
        return _save(world, repo, pull | {"state": "closed", "closed_at": world.now()}, person, "closed")
    if body.get("state") == "open" and pull["state"] == "closed":
        return _reopen(world, repo, pull, person)
    return pull


def _reopen(world: World, repo: Json, pull: Json, person: Json) -> Json:
    head, base = (world.ref(repo, f"heads/{pull[side]}") for side in ("head", "base"))
    if pull["merged_at"]:
        raise _refused("state cannot be changed. The pull request has been merged.")
    if head is None or base is None:
        raise _refused(f"state cannot be changed. The {pull['head']} branch has been deleted.")
    if _open_from(world, repo, pull["head"], pull["base"]):
        raise _refused(f"state cannot be changed. There is already an open pull request from {pull['head']}.")
    opened = pull | {"state": "open", "closed_at": None, "head_sha": head, "base_sha": base}
    return _save(world, repo, opened, person, "reopened")


def merge(world: World, repo: Json, pull: Json, body: Json, person: Json) -> Json:
    """By a merge commit or, with `merge_method` squash, by one commit; the pull request afterwards."""
    method = body.get("merge_method", "merge")
    if method not in {"merge", "squash"}:
        raise RefusedError(405, "Rebase merges are not allowed on this repository.")
    if body.get("sha") not in {None, pull["head_sha"]}:
        raise RefusedError(409, "Head branch was modified. Review and try the merge again.")
    files = shapes_pulls.merged_files(world, pull) if pull["state"] == "open" else None
    if files is None or pull["draft"]:
        raise RefusedError(405, "Pull Request is not mergeable")
    parents = [pull["base_sha"], pull["head_sha"]][: 2 if method == "merge" else 1]
    title = f"Merge pull request #{pull['number']} from {ORGANISATION}/{pull['head']}"
    message = body.get("commit_title") or (title if method == "merge" else f"{pull['title']} (#{pull['number']})")
    sha = commit_tree(world, world.objects.write_tree(files), parents, message, person)
    at = world.now()
    merged = pull | {"state": "closed", "closed_at": at, "merged_at": at, "merged_by": person, "merge_commit_sha": sha}
    # the pull request is merged before the base moves, or the push would move its base, too
    merged = _save(world, repo, merged, person, "closed")
    move_branch(world, repo, pull["base"], sha, person)
    return merged


def review(world: World, repo: Json, pull: Json, body: Json, person: Json) -> Json:
    """With `event` APPROVE, REQUEST_CHANGES or COMMENT, of the present head or of `commit_id`."""
    state = REVIEWS.get(str(body.get("event", "")).upper())
    if state is None:
        raise RefusedError(422, "Unprocessable Entity: the sandbox knows no pending reviews; give an event")
    if state == "APPROVED" and person["id"] == pull["user"]["id"]:
        raise RefusedError(422, "Review Can not approve your own pull request")
    if state == "CHANGES_REQUESTED" and person["id"] == pull["user"]["id"]:
        raise RefusedError(422, "Review Can not request changes on your own pull request")
    found = {
        "id": world.store.count("review", _FIRST_ID),
        "user": person,
        "body": body.get("body") or "",
        "state": state,
        "commit_id": body.get("commit_id") or pull["head_sha"],
        "submitted_at": world.now(),
    }
    world.store.put("review", pull["id"], found["id"], found)
    # webhooks spell the state in lower case, the REST API in upper case
    shown = shapes_pulls.review(world, repo, pull, found | {"state": state.lower()})
    simple = shapes_pulls.simple(world, repo, pull)
    emit(world, repo, "pull_request_review", "submitted", person, review=shown, pull_request=simple)
    return found


def dismiss(world: World, repo: Json, pull: Json, review_id: int, person: Json) -> Json:
    """The review stays, as DISMISSED."""
    found = world.store.get("review", pull["id"], review_id)
    if found is None:
        raise RefusedError(404, "Not Found")
    dismissed = found | {"state": "DISMISSED"}
    world.store.put("review", pull["id"], review_id, dismissed)
    shown = shapes_pulls.review(world, repo, pull, dismissed | {"state": "dismissed"})
    simple = shapes_pulls.simple(world, repo, pull)
    emit(world, repo, "pull_request_review", "dismissed", person, review=shown, pull_request=simple)
    return dismissed


def comment(world: World, repo: Json, pull: Json, text: str, person: Json) -> Json:
    """A comment in the conversation, not at a line."""
    if not text:
        raise RefusedError(
            422, "Validation Failed", errors=[{"resource": "IssueComment", "code": "missing_field", "field": "body"}]
        )
    found = {"id": world.store.count("comment", _FIRST_ID), "user": person, "body": text, "created_at": world.now()}
    world.store.put("comment", pull["id"], found["id"], found)
    shown = shapes_issues.comment(world, repo, pull, found)
    issue = shapes_issues.issue(world, repo, pull)
    emit(world, repo, "issue_comment", "created", person, issue=issue, comment=shown)
    return found


def add_labels(world: World, repo: Json, pull: Json, names: list[str], person: Json) -> Json:
    """Those that it does not have yet; the pull request afterwards."""
    for name in names:
        if name not in pull["labels"]:
            labelled = pull | {"labels": [*pull["labels"], name]}
            label = shapes_issues.label(world, repo, name)
            pull = _save(world, repo, labelled, person, "labeled", label=label)
    return pull
