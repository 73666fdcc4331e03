"""What an audit is given and what it says: stored events, the state beside them, and what is wrong with either."""

from dataclasses import dataclass
from typing import Literal

from state_schema.events import Recorded
from state_schema.migration import Migration

Problem = Literal[
    "changed", "removed", "inserted", "doubled", "moved", "replaced", "unfit", "unreadable", "state", "campaign"
]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a stored document cannot be read, in a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored under this number: an event, or what cannot be read as one."""

    number: int
    document: Recorded | Unreadable


@dataclass(frozen=True, slots=True)
class Kept:
    """The stored state, and the hash of the last event as it was when the state was written."""

    state: Migration
    tail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `number` is the event's; None where it is about none of them."""

    number: int | None
    problem: Problem
    message: str


@dataclass(frozen=True, slots=True)
class Audited:
    """A history after its check: how many events there are, and the hash of the last one where it can be trusted.

    `chained_from` is the number of the first one that a hash protects; the `unchained` ones before it are older.
    """

    events: int
    tail: str | None
    findings: tuple[Finding, ...]
    chained_from: int | None = None
    unchained: int = 0
