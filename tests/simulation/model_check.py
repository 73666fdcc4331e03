"""Enumerates every state that one resource can be in, over all signals: what the simulator samples, for the core alone.

What tells two states apart is in `model_key`; it has an end, because automatic retries have one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.display import summary_of
from shared.domain.evolve import evolve
from shared.domain.machine import Signal, decide
from shared.domain.timing import next_check
from shared.domain.view import Cause, Decision, View
from shared.domain.watching import watched
from shared.ports.migrations import Commit, Watch
from state_schema.campaign import Campaign
from state_schema.events import ActRefused, ChoicesOffered, Event, MigrationCreated, Recorded
from state_schema.gate import Gate
from state_schema.plan import Plan
from state_schema.signals import Act, actor_of
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books
from tests.simulation.model_key import Key, key_of
from tests.simulation.model_signals import signals_for
from tests.simulation.rules import OF_THE_CORE, rules_for
from tests.simulation.step import Step
from tests.simulation.violations import ViolationError
from tests.simulation.world.agenda import START

_UNCHAINED = frozenset({"history_has_no_hole_and_no_rewrite"})
"""Rules about hashes, which are not computed here."""


@dataclass(frozen=True, slots=True)
class Node:
    """A state and one way to it."""

    view: View
    history: tuple[Recorded, ...]
    at: datetime


@dataclass
class Explored:
    """`ways`: state to the states that one signal leads to, the ways of giving up left out. `cut`: not gone on from.

    `differing`: states that were taken for one that goes on in another way.
    """

    states: dict[Key, str] = field(default_factory=dict)
    ways: dict[Key, set[Key]] = field(default_factory=dict)
    cut: set[Key] = field(default_factory=set)
    differing: list[Node] = field(default_factory=list)
    signals: int = 0

    def __str__(self) -> str:
        transitions = sum(map(len, self.ways.values()))
        cut = f"{len(self.cut):,} cut off" if self.cut else "nothing cut off"
        return f"{len(self.states):,} states, {transitions:,} transitions, {self.signals:,} signals, {cut}"

    def without_a_way_on(self) -> set[Key]:
        """The states from which nothing leads to completed, or to where the search was cut off."""
        back: dict[Key, set[Key]] = {key: set() for key in self.states}
        for key, others in self.ways.items():
            for other in others:
                back[other].add(key)
        good = {key for key, status in self.states.items() if status in {"completed", "aborted"}} | self.cut
        todo = list(good)
        while todo:
            for key in back[todo.pop()] - good:
                good.add(key)
                todo.append(key)
        return set(self.states) - good


def explore(plan: Plan, campaign: Campaign, *, most: int, compared: int = 0) -> Explored:
    """Every reachable state, or the first `most`; ViolationError if a rule breaks.

    Of the states that are met again, `compared` are gone on from too: they must lead where the first of their key led.
    """
    explored, todo, doubles = Explored(), deque([_first(plan, campaign)]), list[Node]()
    explored.states[key_of(todo[0].view)] = "pending"
    while todo:
        node = todo.popleft()
        here = key_of(node.view)
        if len(explored.states) >= most:
            explored.cut.add(here)
            continue
        ways = explored.ways.setdefault(here, set())
        for gives_up, following in _next(node):
            explored.signals += 1
            if following is None:
                continue
            key = key_of(following.view)
            if key not in explored.states:
                explored.states[key] = following.view.state.status
                todo.append(following)
            elif len(doubles) < compared:
                doubles.append(following)
            if not gives_up:
                ways.add(key)
    explored.differing = [node for node in doubles if _leads_to(node) != explored.ways[key_of(node.view)]]
    return explored


def _leads_to(node: Node) -> set[Key]:
    return {key_of(found.view) for gives_up, found in _next(node) if found is not None and not gives_up}


def _first(plan: Plan, campaign: Campaign) -> Node:
    created = MigrationCreated(
        campaign=campaign.id,
        resource=campaign.resources[0],
        plan=campaign.plan,
        environments=tuple(plan.environments),
    )
    cause = Cause(START, "timer", "apply")
    view = View(evolve(None, created, cause), plan, campaign, Gate(campaign=campaign.id))
    return Node(view, (_recorded(1, cause, created),), START)


def _next(node: Node) -> Iterator[tuple[bool, Node | None]]:
    """(whether it gives up, what it leads to) for every signal; None where nothing changes."""
    for gives_up, signal in signals_for(node.view, node.at):
        decision = decide(_offering(node, signal), signal)
        if all(isinstance(event, ActRefused) for event in decision.events):
            _check_refused(node, decision, signal)
            yield gives_up, None
            continue
        cause = Cause(signal.at, actor_of(signal), signal.id)
        version = node.view.state.version
        new = tuple(_recorded(version + n, cause, event) for n, event in enumerate(decision.events, 1))
        following = Node(replace(decision.view, offered=None), node.history + new, signal.at)
        _check(node, decision, following, new, signal)
        yield gives_up, following


def _check_refused(node: Node, decision: Decision, signal: Signal) -> None:
    """A refusal is remembered, and else leaves everything as it is: no need to go on from there."""
    before, after = node.view, decision.view
    if (before.state.status, before.state.tracks, before.gate) != (after.state.status, after.state.tracks, after.gate):
        raise ViolationError("a_refusal_changes_nothing", f"{signal!r} was refused, and changed more than that")


def _offering(node: Node, signal: Signal) -> View:
    if not isinstance(signal, Act) or signal.verb != "decide":
        return node.view
    offered = [one.event.choices for one in node.history if isinstance(one.event, ChoicesOffered)]
    return replace(node.view, offered=offered[-1] if offered else ())


def _check(node: Node, decision: Decision, following: Node, new: tuple[Recorded, ...], signal: Signal) -> None:
    after = following.view
    migration, due = after.state.id, next_check(after.state, signal.at)
    stores = FakeStores(
        states={migration: after.state},
        records={migration: list(following.history)},
        due={migration: due} if due else {},
        gates={after.campaign.id: after.gate},
        watches={Watch(address, migration, track, step) for address, track, step in watched(after.state)},
    )
    commit = Commit(node.view.state.version, after.state, new, summary_of(after))
    books = Books(decided={signal.id: signal.actor} if isinstance(signal, Act) else {})
    step = Step(node.view.state, node.view.gate, "", commit, after, stores, books)
    for rule in rules_for(OF_THE_CORE, step.kinds):
        problem = None if rule.name in _UNCHAINED else rule.check(step)
        if problem is not None:
            raise ViolationError(rule.name, f"{problem}, after {signal!r}")


def _recorded(number: int, cause: Cause, event: Event) -> Recorded:
    return Recorded.model_construct(
        number=number, at=cause.at, actor=cause.actor, signal=cause.signal, event=event, previous="", hash=""
    )
