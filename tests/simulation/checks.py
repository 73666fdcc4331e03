"""Checks one world while it goes on: at each commit, at each act outside, at each signal that was taken."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from shared.ports.migrations import Commit, Loaded, Migrations
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.migration import Migration
from state_schema.signals import Act, Command
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books
from tests.simulation.further_invariants import exceptions_want_two_people
from tests.simulation.late_signals import LateSignals
from tests.simulation.outside_invariants import ON_ACT, OutsideAct
from tests.simulation.parked import still_wanted
from tests.simulation.rules import EVERY, rules_for
from tests.simulation.step import Step
from tests.simulation.turn_invariants import has_failed
from tests.simulation.violations import ViolationError
from tests.simulation.workers import Signal
from tests.simulation.world.github import REPOSITORY


@dataclass
class Checks:
    """Each method is told what happened, and raises ViolationError where it must not have.

    `stored`: the right store, whatever the workers have. `telling`: the story is told.
    """

    campaign: Campaign
    stores: FakeStores
    stored: Migrations
    books: Books
    late_signals: LateSignals
    tell: Callable[[str], None]
    telling: bool
    gate: Gate | None = None
    _stored: dict[str, tuple[Migration, str]] = field(default_factory=dict)

    def loaded(self, found: Loaded) -> None:
        """The first read belongs to the worker; what others read while they overtake it, it does not know."""
        if self.books.running and self.books.running[-1].view is None:
            self.books.running[-1].view = found.view

    def regated(self, gate: Gate) -> None:
        """Somebody paused, froze, excepted, resumed or opened."""
        before, self.gate = self.gate or Gate(campaign=gate.campaign), gate
        self.tell(
            f"  gate {gate.version}: pauses {sorted(gate.pauses)}, freezes {sorted(gate.freezes)}, "
            f"exceptions {sorted(gate.exceptions)}, opened {gate.opened}, failures {gate.failures}"
        )
        act = self.stores.controls[gate.campaign][-1]
        if act.verb == "resume" and act.scope.startswith("wave:"):
            self.books.failed[int(act.scope.removeprefix("wave:"))].clear()
        for problem in exceptions_want_two_people(before, gate, self.campaign):
            self.broken("exceptions_want_two_people", problem)

    def committed(self, commit: Commit) -> None:
        """A step was written."""
        migration = commit.state.id
        before, tail = self._stored.get(migration, (None, ""))
        view = self.stored.load(migration).view
        gate = self.gate or Gate(campaign=commit.state.campaign)
        step = Step(before, gate, tail, commit, view, self.stores, self.books)
        self._stored[migration] = (commit.state, commit.records[-1].hash)
        self.gate = view.gate
        if self.telling:
            for one in commit.records:
                place = f"{getattr(one.event, 'track', '')}/{getattr(one.event, 'step', '')}".strip("/")
                self.tell(f"  {migration} {one.number}: {one.event.kind} {place} by {one.actor}")
        for rule in rules_for(EVERY, step.kinds):
            problem = rule.check(step)
            if problem is not None:
                self.broken(rule.name, f"{migration}: {problem}")
        if any(has_failed(one.event) for one in commit.records):
            self.books.failed[commit.state.resource.wave].add(commit.state.resource.id)

    def taken(self, message: Signal, said: str) -> None:
        """A signal was taken off its queue, and answered with this."""
        self.late_signals.note(message)
        if isinstance(message, Act | Command):
            self.books.answered[message.id] = said
        problem = still_wanted(message, self.stores)
        if problem is not None:
            self.broken("a_dead_order_becomes_an_intervention", problem)

    def acted(self, kind: str, target: str) -> None:
        """A skill did this outside."""
        running = self.books.running[-1]
        running.acting = True
        order = running.order
        self.books.acts[order.key, kind, target] += 1
        self.books.places[order.migration, order.track, order.step].add(kind)
        self.books.done[kind, target] += 1
        if kind == "dispatch run":
            self.books.dispatched += 1
            self.books.going[f"workflow_run:{REPOSITORY}/{self.books.dispatched}"] = order.key.partition("+")[0]
        self.tell(f"  OUTSIDE {kind} {target}")
        act = OutsideAct(kind, target, running, self.stores, self.books)
        for rule in ON_ACT:
            problem = rule(act)
            if problem is not None:
                self.broken(rule.__name__, problem)

    def claimed(self, key: str) -> None:
        """A worker claimed its order under this key: one that holds back whoever is sent the same order."""
        order = self.books.running[-1].order.key
        self.books.claims[order].add(key)
        if len(self.books.claims[order]) > 1:
            self.broken("an_order_is_claimed_by_one_key", f"{order} was claimed as {sorted(self.books.claims[order])}")

    def broken(self, rule: str, problem: str) -> NoReturn:
        """This rule does not hold."""
        self.tell(f"VIOLATION {rule}: {problem}")
        raise ViolationError(rule, problem)
