"""What every part of the mock GitHub shares: its memory, its clock, its address, and who is who."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sandbox.github.objects import Commit, Objects
from sandbox.github.store import Json, Store
from shared.ports.clock import Clock

ORGANISATION: Final = "acme"
ORGANISATION_ID: Final = 1_000
FIRST_REPOSITORY: Final = 5_000
HOOK_ID: Final = 7_001
INSTALLATION_ID: Final = 8_001


class RefusedError(Exception):
    """An answer other than success, in GitHub's own words."""

    def __init__(
        self, status: int, message: str, *, errors: list[Json] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `type` is `User` or `Bot`."""

    id: int
    login: str
    type: str = "User"

    def document(self) -> Json:
        return {"id": self.id, "login": self.login, "type": self.type}


WAYMARK: Final = Person(9_000, "waymark[bot]", "Bot")
"""Whose token the adapters hold."""
REVIEWER: Final = Person(9_001, "reviewer")
"""Who acts where a control call names nobody."""


@dataclass(slots=True)
class World:
    """One GitHub. `base_url` is where it is served; documents hold no addresses, so it may move."""

    store: Store
    clock: Clock
    base_url: str = ""
    hook_url: str = ""
    objects: Objects = field(init=False)

    def __post_init__(self) -> None:
        self.objects = Objects(self.store)

    def now(self) -> str:
        """The present as GitHub writes it, in whole seconds."""
        return github_time(self.clock())

    def repository(self, name_or_id: str | int) -> Json:
        """By `owner/name`, as it is called now, or by id."""
        if isinstance(name_or_id, int) or name_or_id.isdecimal():
            found = self.store.find("repository", int(name_or_id))
        else:
            wanted = name_or_id.lower()
            found = next((one for one in self.store.all("repository") if full_name(one).lower() == wanted), None)
        if found is None:
            raise RefusedError(404, "Not Found")
        return found

    def ref(self, repository: Json, name: str) -> str | None:
        """The commit of `heads/...` or `tags/...`."""
        found = self.store.get("ref", repository["id"], name)
        return None if found is None else str(found["sha"])

    def commit(self, sha: str) -> Commit:
        found = self.objects.commit(sha)
        if found is None:
            raise RefusedError(404, "Not Found")
        return found

    def resolve(self, repository: Json, name: str) -> str | None:
        """The commit that a branch, a tag or a sha names."""
        name = name.removeprefix("refs/")
        for candidate in (name, f"heads/{name}", f"tags/{name}"):
            sha = self.ref(repository, candidate)
            if sha:
                return sha
        return name if self.objects.commit(name) else None

    def files_at(self, repository: Json, ref: str) -> dict[str, tuple[str, str]]:
        sha = self.resolve(repository, ref)
        return {} if sha is None else self.objects.files(self.commit(sha).tree)


def full_name(repository: Json) -> str:
    """`acme/name`."""
    return f"{repository['owner']}/{repository['name']}"


def github_time(at: datetime) -> str:
    """As GitHub writes it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: object) -> str:
    """Opaque, as GitHub's are."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"
