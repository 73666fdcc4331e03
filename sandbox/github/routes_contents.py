# ruff: noqa: D103 - ROUTES says what each handler answers
"""Routes of files and folders by their path."""

import base64
from typing import Final

from sandbox.github import shapes_git
from sandbox.github.app import Answer, Call, Route
from sandbox.github.objects import FILE
from sandbox.github.repositories import commit_tree, move_branch
from sandbox.github.routes_git import decoded
from sandbox.github.store import Json
from sandbox.github.world import RefusedError


def get_contents(call: Call, repo: Json, path: str = "") -> Answer:
    world, ref = call.world, call.request.args.get("ref") or repo["default_branch"]
    if world.resolve(repo, ref) is None:
        raise RefusedError(404, f"No commit found for the ref {ref}")
    path = path.strip("/")
    files = world.files_at(repo, ref)
    if path in files:
        sha = files[path][1]
        body = world.objects.blob(sha) or b""
        encoded = {"content": base64.encodebytes(body).decode(), "encoding": "base64"}
        return Answer(shapes_git.content(world, repo, path, sha, ref=ref, body=body) | encoded)
    return Answer(_folder(call, repo, path, ref))


def _folder(call: Call, repo: Json, path: str, ref: str) -> list[Json]:
    world, prefix = call.world, f"{path}/" if path else ""
    files = {one: entry for one, entry in world.files_at(repo, ref).items() if one.startswith(prefix)}
    if not files:
        raise RefusedError(404, "Not Found")
    names = sorted({one.removeprefix(prefix).partition("/")[0] for one in files})
    shown = []
    for name in names:
        entry = files.get(prefix + name)
        body = (world.objects.blob(entry[1]) or b"") if entry else None
        inner = {
            one.removeprefix(f"{prefix}{name}/"): found
            for one, found in files.items()
            if one.startswith(f"{prefix}{name}/")
        }
        sha = entry[1] if entry else world.objects.write_tree(inner)
        shown.append(shapes_git.content(world, repo, prefix + name, sha, ref=ref, body=body))
    return shown


def put_contents(call: Call, repo: Json, path: str) -> Answer:
    """One file, one commit."""
    world, branch = call.world, str(call.body.get("branch") or repo["default_branch"])
    head = world.ref(repo, f"heads/{branch}")
    if head is None:
        raise RefusedError(404, f"Branch {branch} not found")
    files = world.objects.files(world.commit(head).tree)
    present, given = files.get(path), call.body.get("sha")
    if present and not given:
        raise RefusedError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given and (not present or present[1] != given):
        raise RefusedError(409, f"{path} does not match {given}")
    body = decoded(str(call.body.get("content", "")))
    files[path] = (present[0] if present else FILE, world.objects.write_blob(body))
    sha = commit_tree(world, world.objects.write_tree(files), [head], str(call.body.get("message", "")), call.person)
    move_branch(world, repo, branch, sha, call.person)
    shown = shapes_git.content(world, repo, path, files[path][1], ref=branch, body=body)
    return Answer(
        {"content": shown, "commit": shapes_git.git_commit(world, repo, world.commit(sha))}, 200 if present else 201
    )


ROUTES: Final[tuple[Route, ...]] = (
    ("GET", "/contents", get_contents),
    ("GET", "/contents/<path:path>", get_contents),
    ("PUT", "/contents/<path:path>", put_contents),
)
