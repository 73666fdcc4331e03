"""A commit's files, looked up folder by folder, so that the size of the repository does not matter."""

import hashlib
from collections.abc import Mapping
from typing import Final

from github import InputGitTreeElement
from github.GitTreeElement import GitTreeElement
from github.Repository import Repository

REGULAR: Final = ("100644", "100755")
"""Plain and executable files; the other blobs are symbolic links."""


class Tree:
    """One tree of a repository; each folder is read at most once. Paths are relative to it, `""` is itself."""

    def __init__(self, repository: Repository, sha: str) -> None:
        self._repository = repository
        self._folders: dict[str, Mapping[str, GitTreeElement]] = {"": _children(repository, sha)}

    def at(self, path: str) -> GitTreeElement | None:
        """The file or folder at `path`; None where there is none."""
        folder, _, name = path.rpartition("/")
        return self._folder(folder).get(name)

    def _folder(self, path: str) -> Mapping[str, GitTreeElement]:
        if path not in self._folders:
            found = self.at(path)
            is_folder = found is not None and found.type == "tree"
            self._folders[path] = _children(self._repository, found.sha) if found and is_folder else {}
        return self._folders[path]


def _children(repository: Repository, sha: str) -> Mapping[str, GitTreeElement]:
    return {entry.path: entry for entry in repository.get_git_tree(sha).tree}


def changes(tree: Tree, files: Mapping[str, str | None]) -> list[InputGitTreeElement]:
    """What has to change in `tree` so that it holds `files` (None: deleted). A file stays executable."""
    return [element for path, text in files.items() if (element := _change(tree, path, text)) is not None]


def _change(tree: Tree, path: str, text: str | None) -> InputGitTreeElement | None:
    present = tree.at(path)
    if text is None:
        # GitHub refuses to delete what is not there (422 GitRPC::BadObjectState)
        return InputGitTreeElement(path, present.mode, present.type, sha=None) if present else None
    if present and present.mode in REGULAR and present.sha == blob_sha(text):
        return None
    mode = present.mode if present and present.mode in REGULAR else REGULAR[0]
    return InputGitTreeElement(path, mode, "blob", content=text)


def blob_sha(text: str) -> str:
    """Git's name for a file of this text."""
    body = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
