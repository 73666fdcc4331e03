"""Reads a folder of a repository through the git data API, which has no limit of files in a folder."""

import base64
from collections.abc import Iterator, Mapping

from github import Github
from github.GitTreeElement import GitTreeElement
from github.Repository import Repository

from shared.adapters.github_client import named_repository, translated
from shared.adapters.github_trees import REGULAR, Tree
from shared.errors import NotFoundError, PermanentError


class GithubContents:
    """The port `Contents`. `ref` is a branch, a tag or a commit."""

    def __init__(self, client: Github) -> None:
        self._client = client

    def folder(self, repository: str, path: str, ref: str) -> Mapping[str, str]:
        """One call for each level of `path` and for each file, and three more. Symbolic links are no files."""
        path = path.strip("/")
        try:
            with translated(f"show the folder {path or '/'} of {repository} at {ref}"):
                repo = named_repository(self._client, repository)
                files = dict(_texts(repo, repo.get_commit(ref).commit.tree.sha, path))
        except NotFoundError as exc:
            raise PermanentError(str(exc), "folder_not_found") from exc
        if not files:
            raise PermanentError(
                f"{repository} has no text file below {path or '/'} at {ref}: correct the path, or add the folder.",
                "folder_not_found",
            )
        return files


def _texts(repository: Repository, root: str, path: str) -> Iterator[tuple[str, str]]:
    prefix = f"{path}/" if path else ""
    for entry in _files_below(repository, root, path):
        text = _text(repository, entry)
        if text is not None:
            yield f"{prefix}{entry.path}", text


def _files_below(repository: Repository, root: str, path: str) -> list[GitTreeElement]:
    folder = Tree(repository, root).at(path) if path else None
    if path and (folder is None or folder.type != "tree"):
        return []
    tree = repository.get_git_tree(folder.sha if folder else root, recursive=True)
    if tree.raw_data.get("truncated"):
        raise PermanentError(f"The folder {path or '/'} holds too many files for GitHub to list: name a smaller one.")
    return [entry for entry in tree.tree if entry.type == "blob" and entry.mode in REGULAR]


def _text(repository: Repository, entry: GitTreeElement) -> str | None:
    body = base64.b64decode(repository.get_git_blob(entry.sha).content)
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
