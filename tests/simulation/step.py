"""One commit as the rules see it, and what a rule is."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.view import View
from shared.ports.migrations import Commit
from state_schema.events import Event, Recorded
from state_schema.gate import Gate
from state_schema.migration import Migration
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books


@dataclass(frozen=True, slots=True)
class Step:
    """One commit: the state and gate that were stored before it, and the store and the view after it."""

    before: Migration | None
    gate_before: Gate
    tail_before: str
    commit: Commit
    after: View
    stores: FakeStores
    books: Books

    @property
    def history(self) -> list[Recorded]:
        return self.stores.records[self.commit.state.id]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its events."""
        return frozenset([one.event.kind for one in self.commit.records])


Check = Callable[[Step], str | None]
"""Answers the problem in a sentence, or None."""


class Rule:
    """What must hold after each commit: any one, or, where `events` are named, one that records such an event."""

    def __init__(self, check: Check, *events: type[Event]) -> None:
        self.check = check
        self.name = check.__name__
        self._kinds = frozenset(event.model_fields["kind"].default for event in events)

    def concerns(self, kinds: frozenset[str]) -> bool:
        return not self._kinds or not self._kinds.isdisjoint(kinds)
