"""Enumerates every state that one resource can be in, over all signals: what the simulator samples, for the core alone.

Times are left out of a state's identity, so that each is met once; attempts are bounded, or there would be no end.
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
from state_schema.events import ChoicesOffered, Event, MigrationCreated, Recorded
from state_schema.gate import Gate
from state_schema.migration import StepState, Track
from state_schema.plan import Plan
from state_schema.signals import Act, actor_of
from tests.fakes.stores import FakeStores
from tests.simulation.books import Books
from tests.simulation.invariants import ON_COMMIT, Step
from tests.simulation.model_signals import signals_for
from tests.simulation.violations import ViolationError
from tests.simulation.world.agenda import START

Key = tuple[object, ...]
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
    """`ways`: state to the states that one signal leads to, the ways of giving up left out. `cut`: not gone on from."""

    states: dict[Key, str] = field(default_factory=dict)
    ways: dict[Key, set[Key]] = field(default_factory=dict)
    cut: set[Key] = field(default_factory=set)
    signals: int = 0

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


def explore(plan: Plan, campaign: Campaign, *, attempts: int, most: int) -> Explored:
    """Every state reachable with so many attempts a step at most, until `most` are known; ViolationError if a rule breaks."""
    explored, todo = Explored(), deque([_first(plan, campaign)])
    explored.states[key_of(todo[0].view)] = "pending"
    while todo:
        node = todo.popleft()
        here = key_of(node.view)
        if len(explored.states) >= most or _attempts(node.view) > attempts:
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
            if not gives_up:
                ways.add(key)
    return explored


def key_of(view: View) -> Key:
    """What tells one state from another: all but times, the number of events, who did what, and how what is over came about."""
    tracks = tuple((name, _track_key(track)) for name, track in view.state.tracks.items())
    return (view.state.status, tracks, tuple(sorted(view.gate.held)), tuple(sorted(view.gate.queue)))


def _track_key(track: Track) -> Key:
    if track.status == "completed":
        return ("completed",)
    steps = tuple((path, *_step_key(step)) for path, step in track.steps.items())
    return (track.status, track.step, track.approval is not None, steps)


def _step_key(step: StepState) -> Key:
    if step.status in {"completed", "skipped"}:
        return (step.status, step.attempt)
    asked, failure, progress = step.checkpoint, step.failure, step.progress
    return (
        step.status,
        step.attempt,
        step.digest,
        min(step.retries, step.attempt),
        step.watches,
        step.rollback,
        asked and (asked.reason, asked.verbs, asked.digest),
        failure and (failure.category, failure.code),
        step.until is not None,
        progress and (progress.done, progress.part),
        repr(step.seen),
        (step.offered is not None, step.chosen is not None),
        frozenset((one.reason, one.verb, one.attempt, one.digest) for one in step.decided if one.verb != "block"),
    )


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
        if not decision.events:
            yield gives_up, None
            continue
        cause = Cause(signal.at, actor_of(signal), signal.id)
        version = node.view.state.version
        new = tuple(_recorded(version + n, cause, event) for n, event in enumerate(decision.events, 1))
        following = Node(replace(decision.view, offered=None), node.history + new, signal.at)
        _check(node, decision, following, new, signal)
        yield gives_up, following


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
    for rule in ON_COMMIT:
        problem = None if rule.__name__ in _UNCHAINED else rule(step)
        if problem is not None:
            raise ViolationError(rule.__name__, f"{problem}, after {signal!r}")


def _attempts(view: View) -> int:
    steps = [step for track in view.state.tracks.values() for step in track.steps.values()]
    return max((step.attempt for step in steps), default=1)


def _recorded(number: int, cause: Cause, event: Event) -> Recorded:
    return Recorded.model_construct(
        number=number, at=cause.at, actor=cause.actor, signal=cause.signal, event=event, previous="", hash=""
    )
