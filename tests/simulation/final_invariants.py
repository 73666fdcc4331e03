"""What must hold when the world has settled: nothing is stuck, and the books are whole."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from shared.app.redrive import every_parked
from shared.domain.audit_chain import audited_chain
from shared.domain.checkpoints import open_checkpoints
from shared.domain.history import fold, hash_of
from shared.domain.view import View
from state_schema.gate import Gate
from tests.fakes.parking import FakeParking
from tests.fakes.stores import FakeCampaigns, FakeMigrations, FakeStores
from tests.simulation.books import Books
from tests.simulation.slot_invariants import places_of
from tests.simulation.world.slack import ShownCard


@dataclass(frozen=True, slots=True)
class Settled:
    """The stores and the cards at the end; `audited` are the migrations whose hashes are computed again."""

    stores: FakeStores
    cards: dict[str, ShownCard]
    audited: frozenset[str]
    books: Books
    parking: FakeParking
    unreadable: set[str]
    replied: set[str]

    def views(self) -> Iterator[View]:
        for migration in self.stores.states:
            yield FakeMigrations(self.stores).load(migration).view


def nothing_is_stuck(settled: Settled) -> Iterator[str]:
    """Every migration is completed or aborted: engaged people answered all that was asked of them."""
    for view in settled.views():
        if view.state.status not in {"completed", "aborted"}:
            where = {name: f"{track.step} {track.status}" for name, track in view.state.tracks.items()}
            unseen = [f"{track} asks, and no card shows it" for track in unseen_questions(view, settled.cards)]
            yield f"{view.state.id} is {view.state.status} at {where} {'; '.join(unseen)}"


def unseen_questions(view: View, cards: dict[str, ShownCard]) -> Iterator[str]:
    """The tracks with an open checkpoint that no card shows as it is now."""
    for track, path, step, checkpoint in open_checkpoints(view):
        asked = {"m": view.state.id, "t": track, "s": path, "a": step.attempt, "d": checkpoint.digest}
        shown = [one for one in cards.values() if one.card == f"{view.state.id}#{track}"]
        values = [button.get("value") for one in shown for button in one.buttons()]
        if not any(value is not None and json.loads(value) == asked for value in values):
            yield track


def the_whole_history_leads_to_the_state(settled: Settled) -> Iterator[str]:
    """Folding all recorded events of a migration gives its state."""
    for migration in settled.audited:
        if fold(settled.stores.records[migration]) != settled.stores.states[migration]:
            yield f"{migration}: the fold of its history is another state"


def no_event_was_rewritten(settled: Settled) -> Iterator[str]:
    """Each event's hash is that of its content, and the next one carries it."""
    for migration in settled.audited:
        tail = ""
        for one in settled.stores.records[migration]:
            if (one.previous, one.hash) != (tail, hash_of(one)):
                yield f"{migration}: event {one.number} was changed"
            tail = one.hash


def no_act_on_a_campaign_was_rewritten(settled: Settled) -> Iterator[str]:
    """The chain of acts and that of applications are whole, and end where gate and campaign say."""
    for campaign, gate in settled.stores.gates.items():
        acts = settled.stores.controls.get(campaign, [])
        applied = FakeCampaigns(settled.stores).history(campaign)
        for found in (
            audited_chain(acts, gate.tail, gate.version, "act"),
            audited_chain(applied.records, applied.tail, len(applied.records), "application"),
        ):
            yield from (f"{campaign}: {one.message}" for one in found.findings)


def the_gate_is_empty_where_nobody_works(settled: Settled) -> Iterator[str]:
    """The gate holds and queues exactly what all states together say."""
    held: set[str] = set()
    queued: set[str] = set()
    for state in settled.stores.states.values():
        mine = places_of(state)
        held |= mine[0]
        queued |= mine[1]
    gate = next(iter(settled.stores.gates.values()), Gate(campaign="none"))
    if (set(gate.held), set(gate.queue)) != (held, queued):
        yield f"the gate says {(sorted(gate.held), sorted(gate.queue))}, the states say {(sorted(held), sorted(queued))}"


def nothing_is_watched_after_the_end(settled: Settled) -> Iterator[str]:
    """What is over watches nothing and is looked at no more."""
    for migration, state in settled.stores.states.items():
        watches = [one.address for one in settled.stores.watches if one.migration == migration]
        if state.status in {"completed", "aborted"} and (watches or migration in settled.stores.due):
            yield f"{migration} is over and still waits for {watches}"


def no_act_of_a_person_is_lost(settled: Settled) -> Iterator[str]:
    """All that people did is an event or a recorded control, or parked where they see it; or they were told why not."""
    stores, books = settled.stores, settled.books
    recorded = {one.signal for records in stores.records.values() for one in records}
    recorded |= {one.signal for records in stores.controls.values() for one in records}
    parked = {item.act.id for item in every_parked(FakeCampaigns(stores), settled.parking) if item.act is not None}
    for signal in books.decided.keys() - recorded - parked - settled.replied:
        said = books.answered.get(signal)
        if said is None:
            yield f"{signal} of {books.decided[signal]} was lost"
        elif signal not in books.looks:
            yield f"{signal} of {books.decided[signal]} came to {said}, and neither an event nor an answer says so"


def what_nobody_can_read_is_kept(settled: Settled) -> Iterator[str]:
    """A message that no worker could read is parked as it came."""
    kept = {item.raw for item in every_parked(FakeCampaigns(settled.stores), settled.parking)}
    for body in settled.unreadable - kept:
        yield f"{body} was lost"


AT_THE_END: Final[tuple[Callable[[Settled], Iterator[str]], ...]] = (
    nothing_is_stuck,
    the_whole_history_leads_to_the_state,
    no_event_was_rewritten,
    no_act_on_a_campaign_was_rewritten,
    the_gate_is_empty_where_nobody_works,
    nothing_is_watched_after_the_end,
    no_act_of_a_person_is_lost,
    what_nobody_can_read_is_kept,
)
