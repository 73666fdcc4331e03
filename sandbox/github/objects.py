"""Git's own objects, with git's own names (SHA-1 of their bytes), so that equal content is equal everywhere."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sandbox.github.store import Store

Files = dict[str, tuple[str, str]]
"""Path to mode and blob."""
FILE: Final = "100644"
FOLDER: Final = "40000"
_PERSON: Final = re.compile(r"(?:author|committer) (?P<name>.*) <(?P<email>.*)> (?P<at>\d+) \+0000")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as git stores it; `at` is in UTC, whole seconds."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    name: str
    email: str
    at: datetime
    message: str


class Objects:
    """Blobs, trees and commits of all repositories."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # An object never changes, so what was read once is known for good.
        self._commits: dict[str, Commit] = {}
        self._files: dict[str, Files] = {}

    def _write(self, kind: str, body: bytes) -> str:
        sha = hashlib.sha1(f"{kind} {len(body)}\0".encode() + body, usedforsecurity=False).hexdigest()
        self._store.put_object(sha, kind, body)
        return sha

    def write_blob(self, body: bytes) -> str:
        return self._write("blob", body)

    def blob(self, sha: str) -> bytes | None:
        return self._store.get_object(sha, "blob")

    def write_tree(self, files: Mapping[str, tuple[str, str]]) -> str:
        """Writes the folders of `files` from the inside out."""
        entries: dict[str, tuple[str, str]] = {}
        folders: dict[str, Files] = {}
        for path, entry in files.items():
            name, inside, rest = path.partition("/")
            if inside:
                folders.setdefault(name, {})[rest] = entry
            else:
                entries[name] = entry
        entries |= {name: (FOLDER, self.write_tree(inner)) for name, inner in folders.items()}
        # git sorts a folder as if its name ended in a slash
        ordered = sorted(entries.items(), key=lambda item: item[0] + ("/" if item[1][0] == FOLDER else ""))
        body = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(sha) for name, (mode, sha) in ordered)
        return self._write("tree", body)

    def tree(self, sha: str) -> list[tuple[str, str, str]] | None:
        """Mode, name and sha of each entry."""
        body = self._store.get_object(sha, "tree")
        return None if body is None else list(_entries(body))

    def files(self, sha: str) -> Files:
        """Every file below the tree."""
        if sha not in self._files:
            found: Files = {}
            for mode, name, entry in self.tree(sha) or []:
                inner = self.files(entry) if mode == FOLDER else {}
                found |= {f"{name}/{path}": file for path, file in inner.items()} if inner else {name: (mode, entry)}
            self._files[sha] = found
        return dict(self._files[sha])

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, *, name: str, email: str, at: datetime
    ) -> str:
        person = f"{name} <{email}> {int(at.timestamp())} +0000"
        head = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {person}", f"committer {person}"]
        return self._write("commit", "\n".join([*head, "", message]).encode())

    def commit(self, sha: str) -> Commit | None:
        if sha not in self._commits:
            body = self._store.get_object(sha, "commit")
            if body is None:
                return None
            self._commits[sha] = self._parsed(sha, body)
        return self._commits[sha]

    @staticmethod
    def _parsed(sha: str, body: bytes) -> Commit:
        head, _, message = body.decode().partition("\n\n")
        lines = head.split("\n")
        author = _PERSON.fullmatch(next(line for line in lines if line.startswith("author ")))
        assert author is not None, body  # noqa: S101 - we wrote it
        parents = tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent "))
        at = datetime.fromtimestamp(int(author["at"]), UTC)
        return Commit(sha, lines[0].removeprefix("tree "), parents, author["name"], author["email"], at, message)

    def ancestors(self, sha: str) -> list[str]:
        """The commit and all before it, nearest first."""
        seen, queue = {sha: None}, [sha]
        for current in queue:
            commit = self.commit(current)
            fresh = [parent for parent in (commit.parents if commit else ()) if parent not in seen]
            seen |= dict.fromkeys(fresh)
            queue += fresh
        return list(seen)

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The nearest commit of `theirs` that `ours` has, too."""
        known = set(self.ancestors(ours))
        return next((sha for sha in self.ancestors(theirs) if sha in known), None)

    def merged(self, base: str, ours: str, theirs: str) -> Files | None:
        """Three trees made one, file by file; None where both sides changed one file differently."""
        before, left, right = self.files(base), self.files(ours), self.files(theirs)
        result = dict(left)
        for path in before.keys() | right.keys():
            if right.get(path) == before.get(path) or right.get(path) == left.get(path):
                continue
            if left.get(path) != before.get(path):
                return None
            if path in right:
                result[path] = right[path]
            else:
                result.pop(path, None)
        return result


def _entries(body: bytes) -> Iterator[tuple[str, str, str]]:
    at = 0
    while at < len(body):
        end = body.index(b"\0", at)
        mode, name = body[at:end].decode().split(" ", 1)
        yield mode, name, body[end + 1 : end + 21].hex()
        at = end + 21
