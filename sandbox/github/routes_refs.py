# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes of repositories, branches and references."""

from typing import Final

from sandbox.github import shapes, shapes_git
from sandbox.github.app import Answer, Call, Route
from sandbox.github.repositories import delete_branch, move_branch
from sandbox.github.store import Json
from sandbox.github.world import RefusedError

_NOT_FORWARD: Final = "Update is not a fast forward"


def get_repository(call: Call, repo: Json) -> Answer:
    return Answer(shapes.repository(call.world, repo))


def get_branch(call: Call, repo: Json, branch: str) -> Answer:
    sha = call.world.ref(repo, f"heads/{branch}")
    if sha is None:
        raise RefusedError(404, "Branch not found")
    url, html = shapes.repository_url(call.world, repo), shapes.html_url(call.world, repo)
    commit = shapes_git.commit(call.world, repo, call.world.commit(sha))
    protection = {
        "enabled": False,
        "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
    }
    return Answer(
        {
            "name": branch,
            "commit": commit,
            "_links": {"self": f"{url}/branches/{branch}", "html": f"{html}/tree/{branch}"},
            "protected": False,
            "protection": protection,
            "protection_url": f"{url}/branches/{branch}/protection",
        }
    )


def list_branches(call: Call, repo: Json) -> Answer:
    names = [name for name in call.world.store.keys("ref", repo["id"]) if name.startswith("heads/")]

    def shape(name: str) -> Json:
        sha = call.world.ref(repo, name)
        url = f"{shapes.repository_url(call.world, repo)}/commits/{sha}"
        return {"name": name.removeprefix("heads/"), "commit": {"sha": sha, "url": url}, "protected": False}

    return call.page(names, shape)


def get_ref(call: Call, repo: Json, ref: str) -> Answer:
    sha = call.world.ref(repo, ref)
    if sha is None:
        raise RefusedError(404, "Not Found")
    return Answer(shapes_git.ref(call.world, repo, ref, sha))


def create_ref(call: Call, repo: Json) -> Answer:
    name, sha = str(call.body.get("ref", "")), str(call.body.get("sha", ""))
    if not name.startswith(("refs/heads/", "refs/tags/")):
        raise RefusedError(422, "Reference name must start with 'refs/'.")
    short = name.removeprefix("refs/")
    if call.world.ref(repo, short):
        raise RefusedError(422, "Reference already exists")
    if call.world.objects.commit(sha) is None:
        raise RefusedError(422, "Object does not exist")
    _point(call, repo, short, sha)
    return Answer(shapes_git.ref(call.world, repo, short, sha), 201)


def _point(call: Call, repo: Json, name: str, sha: str) -> None:
    if name.startswith("heads/"):
        move_branch(call.world, repo, name.removeprefix("heads/"), sha, call.person)
    else:
        call.world.store.put("ref", repo["id"], name, {"sha": sha})


def update_ref(call: Call, repo: Json, ref: str) -> Answer:
    before, sha = call.world.ref(repo, ref), str(call.body.get("sha", ""))
    if before is None:
        raise RefusedError(422, "Reference does not exist")
    if call.world.objects.commit(sha) is None:
        raise RefusedError(422, "Object does not exist")
    if not call.body.get("force") and before not in call.world.objects.ancestors(sha):
        raise RefusedError(422, _NOT_FORWARD)
    _point(call, repo, ref, sha)
    return Answer(shapes_git.ref(call.world, repo, ref, sha))


def delete_ref(call: Call, repo: Json, ref: str) -> Answer:
    delete_branch(call.world, repo, ref.removeprefix("heads/"), call.person)
    return Answer(None, 204)


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", "", get_repository),
    ("GET", "/branches", list_branches),
    ("GET", "/branches/<path:branch>", get_branch),
    ("GET", "/git/ref/<path:ref>", get_ref),
    ("POST", "/git/refs", create_ref),
    ("GET", "/git/refs/<path:ref>", get_ref),
    ("PATCH", "/git/refs/<path:ref>", update_ref),
    ("DELETE", "/git/refs/<path:ref>", delete_ref),
)
