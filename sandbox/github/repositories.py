"""What happens to repositories and their branches: creation, pushes, and what a push does to pull requests."""

from collections.abc import Mapping, Sequence

from sandbox.github import shapes, shapes_actions, shapes_pulls
from sandbox.github.deliveries import emit
from sandbox.github.objects import FILE
from sandbox.github.store import Json
from sandbox.github.world import FIRST_REPOSITORY, ORGANISATION, RefusedError, World, full_name

NOTHING = "0" * 40


def create(world: World, name: str, files: Mapping[str, str], default_branch: str, person: Json) -> Json:
    """A repository of the organisation with one commit. Without webhooks: the App is installed afterwards."""
    short = name.removeprefix(f"{ORGANISATION}/")
    if not short or "/" in short:
        raise RefusedError(422, f"{name!r} is not a repository of {ORGANISATION}: the sandbox has no other owner.")
    if any(one["name"] == short for one in world.store.all("repository")):
        raise RefusedError(422, "Repository creation failed.", errors=[_taken(short)])
    repo = {
        "id": world.store.count("repository", FIRST_REPOSITORY),
        "owner": ORGANISATION,
        "name": short,
        "default_branch": default_branch,
        "created_at": world.now(),
        "pushed_at": world.now(),
    }
    world.store.put("repository", "", repo["id"], repo)
    sha = write_commit(world, files, start={}, parents=[], message="Initial commit", person=person)
    world.store.put("ref", repo["id"], f"heads/{default_branch}", {"sha": sha})
    return repo


def _taken(name: str) -> Json:
    return {"resource": "Repository", "code": "custom", "field": "name", "message": f"{name} already exists"}


def rename(world: World, repo: Json, name: str) -> Json:
    """The old name goes on working by redirection (301), as on GitHub."""
    world.store.put("moved", "", full_name(repo).lower(), {"id": repo["id"]})
    renamed = {**repo, "name": name}
    world.store.put("repository", "", repo["id"], renamed)
    return renamed


def write_commit(
    world: World,
    files: Mapping[str, str | None],
    *,
    start: Mapping[str, tuple[str, str]],
    parents: Sequence[str],
    message: str,
    person: Json,
) -> str:
    """A commit of `start` with `files` set (None: deleted)."""
    whole = dict(start)
    for path, text in files.items():
        if text is None:
            whole.pop(path, None)
        else:
            whole[path] = (whole.get(path, (FILE, ""))[0], world.objects.write_blob(text.encode()))
    return commit_tree(world, world.objects.write_tree(whole), parents, message, person)


def commit_tree(world: World, tree: str, parents: Sequence[str], message: str, person: Json) -> str:
    """A commit of a tree that is written already; its sha."""
    email = f"{person['id']}+{person['login']}@users.noreply.sandbox.invalid"
    return world.objects.write_commit(tree, parents, message, name=person["login"], email=email, at=world.clock())


def push(world: World, repo: Json, branch: str, files: Mapping[str, str | None], *, message: str, person: Json) -> str:
    """One commit on top of an existing branch; its sha."""
    head = world.ref(repo, f"heads/{branch}")
    if head is None:
        raise RefusedError(404, f"Branch not found: {branch}")
    start = world.objects.files(world.commit(head).tree)
    sha = write_commit(world, files, start=start, parents=[head], message=message, person=person)
    move_branch(world, repo, branch, sha, person)
    return sha


def move_branch(world: World, repo: Json, branch: str, sha: str, person: Json) -> None:
    """Points the branch, new or not, at `sha`, and tells everybody."""
    before = world.ref(repo, f"heads/{branch}")
    if before == sha:
        return
    forced = before is not None and before not in world.objects.ancestors(sha)
    world.store.put("ref", repo["id"], f"heads/{branch}", {"sha": sha})
    repo = {**repo, "pushed_at": world.now()}
    world.store.put("repository", "", repo["id"], repo)
    _tell_push(world, repo, branch, (before or NOTHING, sha), person, forced=forced)
    for pull in _open_pulls(world, repo):
        if pull["base"] == branch:
            world.store.put("pull", repo["id"], pull["number"], {**pull, "base_sha": sha})
        elif pull["head"] == branch:
            _synchronize(world, repo, pull, sha, person)


def delete_branch(world: World, repo: Json, branch: str, person: Json) -> None:
    """Closes the pull requests from it."""
    before = world.ref(repo, f"heads/{branch}")
    if before is None:
        raise RefusedError(422, "Reference does not exist")
    world.store.delete("ref", repo["id"], f"heads/{branch}")
    _tell_push(world, repo, branch, (before, NOTHING), person, forced=False)
    for pull in _open_pulls(world, repo):
        if pull["head"] == branch:
            at = world.now()
            closed = {**pull, "state": "closed", "closed_at": at, "updated_at": at}
            world.store.put("pull", repo["id"], pull["number"], closed)
            tell_pull(world, repo, closed, "closed", person)


def tell_pull(world: World, repo: Json, pull: Json, action: str, person: Json, **more: object) -> None:
    """Sends the webhook `pull_request`."""
    shown = shapes_pulls.full(world, repo, pull)
    emit(world, repo, "pull_request", action, person, number=pull["number"], pull_request=shown, **more)


def _open_pulls(world: World, repo: Json) -> list[Json]:
    return [pull for pull in world.store.all("pull", repo["id"]) if pull["state"] == "open"]


def _synchronize(world: World, repo: Json, pull: Json, sha: str, person: Json) -> None:
    pushed = {**pull, "head_sha": sha, "updated_at": world.now()}
    world.store.put("pull", repo["id"], pull["number"], pushed)
    tell_pull(world, repo, pushed, "synchronize", person, before=pull["head_sha"], after=sha)


def _tell_push(world: World, repo: Json, branch: str, moved: tuple[str, str], person: Json, *, forced: bool) -> None:
    before, after = moved
    head = None if after == NOTHING else _pushed(world, repo, after)
    emit(
        world,
        repo,
        "push",
        None,
        person,
        ref=f"refs/heads/{branch}",
        before=before,
        after=after,
        created=before == NOTHING,
        deleted=after == NOTHING,
        forced=forced,
        base_ref=None,
        compare=f"{shapes.html_url(world, repo)}/compare/{before[:12]}...{after[:12]}",
        commits=[head] if head else [],
        head_commit=head,
        pusher={"name": person["login"], "email": None},
    )


def _pushed(world: World, repo: Json, sha: str) -> Json:
    """The commit with its files, against its first parent."""
    parents = world.commit(sha).parents
    changed = shapes_pulls.file_changes(world, repo, parents[0], sha) if parents else []
    return {
        **shapes_actions.head_commit(world, sha),
        "distinct": True,
        "url": f"{shapes.html_url(world, repo)}/commit/{sha}",
        **{
            status: [file["filename"] for file in changed if file["status"] == status]
            for status in ("added", "removed", "modified")
        },
    }
