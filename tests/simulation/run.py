"""Tells one seed's story: builds its world, lets it go wrong, lets it settle, and checks what must hold all the while."""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from shared import names
from shared.app import campaigns
from shared.ports.migrations import Migrations
from shared.webhooks.sighting import Sighting
from state_schema.orders import Order
from tests.fakes.stores import (
    FakeCampaigns,
    FakeControls,
    FakeDueTimes,
    FakeHistory,
    FakePlans,
    FakeStores,
)
from tests.simulation.books import Books
from tests.simulation.checks import Checks
from tests.simulation.final_invariants import AT_THE_END, Settled
from tests.simulation.late_signals import LateSignals
from tests.simulation.mischief import MISCHIEF
from tests.simulation.parked import DeadLetters
from tests.simulation.people import People
from tests.simulation.spec import Spec
from tests.simulation.tally import met
from tests.simulation.violations import ViolationError
from tests.simulation.workers import Workers
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.deployment import SimulatedDeployment
from tests.simulation.world.effects import SimulatedEffects
from tests.simulation.world.faults import Faults
from tests.simulation.world.github import CONCLUSIONS, SimulatedGithub
from tests.simulation.world.queues import SimulatedQueues
from tests.simulation.world.slack import SimulatedChannel
from tests.simulation.world.stores import (
    BorderedControls,
    BorderedDueTimes,
    BorderedMigrations,
    BorderedWatches,
    LeanMigrations,
)

_LONGEST = 4 * 24 * 3600.0
"""Seconds in which every world must have settled."""
_SETTLING = 600.0
Tamper = Callable[[FakeStores, Migrations], Migrations]
"""Replaces the store by a broken one: given what is stored and the right store."""


@dataclass(frozen=True)
class Outcome:
    """`faults` are the labels of those that struck, `struck` how often each kind did; `violation` is None where all held.

    `story` is empty unless asked for.
    """

    seed: int
    faults: tuple[str, ...]
    struck: Counter[str]
    events: int
    signals: int
    statuses: tuple[str, ...]
    violation: ViolationError | None = None
    story: tuple[str, ...] = ()


@dataclass
class World:
    """Everything of one story."""

    spec: Spec
    telling: bool = False
    tamper: Tamper = lambda stores, right: right
    story: list[str] = field(default_factory=list)
    old_orders: list[Order] = field(default_factory=list)
    sweeps_again_at: float = 0.0
    _playing: int = 0

    def __post_init__(self) -> None:
        spec = self.spec
        self.agenda, self.chance, self.books, self.stores = Agenda(), Chance(spec.seed), Books(), FakeStores()
        self.faults = Faults(self.agenda, self.chance, spec.levels, spec.until, spec.only, self.tell)
        self.queues = SimulatedQueues(self.agenda, self.chance, self.faults, self.tell)
        self.late_signals = LateSignals(self.chance, self.queues)
        right = LeanMigrations(self.stores, self._sampled, lambda problem: checks.broken("documents", problem))
        self.checks = checks = Checks(
            spec.campaign, self.stores, right, self.books, self.late_signals, self.tell, self.telling
        )
        self.github = SimulatedGithub(self.agenda, self.chance, self.faults, checks.acted, self._webhook)
        self.deployment = SimulatedDeployment(self.faults, checks.acted)
        self.people = People(
            agenda=self.agenda,
            chance=self.chance,
            faults=self.faults,
            queues=self.queues,
            github=self.github,
            stores=self.stores,
            books=self.books,
            tell=self.tell,
        )
        self.channel = SimulatedChannel(self.faults, self.people.notice)
        self.workers = Workers(
            agenda=self.agenda,
            chance=self.chance,
            faults=self.faults,
            stores=self.stores,
            migrations=BorderedMigrations(
                self.tamper(self.stores, right), self.faults, checks.loaded, checks.committed
            ),
            controls=BorderedControls(self.stores, self.faults, checks.regated),
            due_times=BorderedDueTimes(FakeDueTimes(self.stores), self.faults),
            watches=BorderedWatches(self.stores, self.faults),
            queues=self.queues,
            effects=SimulatedEffects(self.agenda, self.faults, checks.claimed),
            github=self.github,
            deployment=self.deployment,
            channel=self.channel,
            books=self.books,
            tell=self.tell,
            order_seen=self._order_seen,
            signal_taken=checks.taken,
        )
        self.dead_letters = DeadLetters(
            self.agenda, self.chance, self.faults, self.workers.store, self.queues, self.books, self.tell
        )
        self.queues.workers = {**self.workers.by_queue(), **self.dead_letters.by_queue()}

    def tell(self, line: str) -> None:
        if self.telling:
            self.story.append(f"{self.agenda.now:9.1f}  {line}")

    def pick(self, name: str, among: int) -> int:
        """What one trick draws depends on no trick before it, so that a story keeps its sense when one is dropped."""
        return self.chance.pick(f"mischief {self._playing} {name}", among)

    def draw(self, name: str) -> str:
        """A label for the lots of one choice, as independent of earlier tricks."""
        return self.chance.label(f"mischief {self._playing} {name}")

    def run(self) -> None:
        """ViolationError where something does not hold."""
        self._apply()
        for number, (at, roll) in enumerate(self.spec.mischief):
            self.agenda.after(at, partial(self._mischief, number, roll))
        self.agenda.after(self.spec.sweep_every, self._sweep, idle=True)
        self.people.take_care()
        self.dead_letters.take_care()
        while self.agenda.busy or not self._settled():
            if self.agenda.now > _LONGEST or not self.agenda.step():
                break
        settled = Settled(
            self.stores,
            self.channel.cards,
            self._audited(),
            self.books,
            self.dead_letters.parking,
            self.queues.unreadable,
            self.queues.replied,
        )
        for rule in AT_THE_END:
            for problem in rule(settled):
                self.checks.broken(rule.__name__, problem)

    def let_go(self) -> None:
        """A world is full of circles. Cut like this it is gone at once; to search for them costs a twentieth of the time."""
        self.queues.workers.clear()
        for part in (self.agenda, self.checks, self.dead_letters, self.faults, self.github, self.people, self.workers):
            vars(part).clear()
        vars(self).clear()

    def _apply(self) -> None:
        plans, stored = FakePlans(self.stores), FakeCampaigns(self.stores)
        quiet = Faults(self.agenda, self.chance, {}, 0.0, None, self.tell)
        inner = BorderedMigrations(self.checks.stored, quiet, self.checks.loaded, self.checks.committed)
        plans.publish(self.spec.plan)
        plans.publish(self.spec.later)
        prepared = campaigns.prepare(self.spec.campaign, plans=plans, campaigns=stored, migrations=inner)
        campaigns.apply(
            prepared,
            actor="principal:local",
            at=self.agenda.clock(),
            campaigns=stored,
            controls=FakeControls(self.stores),
            migrations=inner,
        )
        for resource in self.spec.campaign.resources:
            wait = self.chance.between(f"start {resource.id}", 1, 600)
            self.agenda.after(wait, partial(self.people.start, resource.id))

    def _settled(self) -> bool:
        if (self.checks.gate is not None and self.checks.gate.held) or self.dead_letters.waits:
            return False
        return all(state.status in {"completed", "aborted"} for state in self.stores.states.values())

    def _mischief(self, number: int, roll: float) -> None:
        """Tries one trick after another from a drawn one on, until one finds somebody to play with."""
        label = f"mischief:{number}"
        if not self.faults.may_strike(label):
            return
        first, self._playing = int(roll * len(MISCHIEF)), number
        for trick in (*MISCHIEF[first:], *MISCHIEF[:first]):
            before = len(self.story)
            if trick(self):
                self.faults.strike(label, trick.__name__)
                if self.telling:
                    self.story.insert(before, self.story.pop())
                return

    def _sweep(self) -> None:
        if self.agenda.now >= self.sweeps_again_at or self.faults.over:
            self.workers.sweep()
        if self.faults.over:
            due = FakeDueTimes(self.stores).next_due()
            wait = max(_SETTLING, (due - self.agenda.clock()).total_seconds() if due else 0.0)
        else:
            wait = self.chance.between("sweep", 0.3, 2.0) * self.spec.sweep_every
        self.agenda.after(wait, self._sweep, idle=True)

    def _webhook(self, address: str, action: str) -> None:
        if action == "merged":
            self.books.merged.add(address)
        elif action in CONCLUSIONS:
            self.books.ran(address, action)
        sighting = Sighting(address, "webhook", action, "", "", self.agenda.clock().isoformat())
        key = self.chance.label(f"webhook {address}")
        wait = self.chance.between(f"webhook {address}", 0.1, 8.0)
        self.agenda.after(wait, lambda: self.queues.put(names.SIGHTINGS, sighting.to_json(), group=address, key=key))

    def _order_seen(self, order: Order) -> None:
        if len(self.old_orders) < 50:
            self.old_orders.append(order)

    def _sampled(self, share: float) -> bool:
        return self.chance.roll(f"sampled {self.queues.sent}") < share

    def _audited(self) -> frozenset[str]:
        """One of the migrations a seed: hashing is dear."""
        known = sorted(self.stores.states)
        return frozenset(known[self.spec.seed % len(known) :][:1])


def run(spec: Spec, *, telling: bool = False, tamper: Tamper | None = None) -> Outcome:
    """One story to its end, or to the first thing that does not hold."""
    world = World(spec, telling, tamper) if tamper else World(spec, telling)
    violation = None
    try:
        world.run()
    except ViolationError as exc:
        violation = exc
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        violation = ViolationError("no_worker_breaks_down", traceback.format_exc(limit=-6))
    history = FakeHistory(world.stores)
    outcome = Outcome(
        seed=spec.seed,
        faults=tuple(world.faults.fired),
        struck=world.faults.struck + met(world.stores, redriven=world.books.redriven),
        events=sum(len(history.events(migration)) for migration in world.stores.states),
        signals=world.queues.sent,
        statuses=tuple(state.status for state in world.stores.states.values()),
        violation=violation,
        story=tuple(world.story),
    )
    world.let_go()
    return outcome
