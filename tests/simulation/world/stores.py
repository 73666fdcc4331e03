"""The simulated store: the fake one, without writing what nobody reads, behind a border where things go wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.adapters.documents import read, written
from shared.domain.view import View
from shared.errors import StaleStateError
from shared.ports.migrations import Commit, DueTimes, Loaded, Migrations, Watch
from state_schema.control import ControlRecorded
from state_schema.gate import Gate
from state_schema.migration import Migration
from tests.fakes.stores import FakeControls, FakeMigrations, FakeStores, FakeWatches
from tests.simulation.world.faults import Faults

_WRITTEN = 1 / 64
"""Share of the commits that go through the documents of the real stores and back."""


class LeanMigrations(FakeMigrations):
    """The port Migrations: models are kept by reference; `wrong` hears of a state that changes on its way to a document."""

    def __init__(self, stores: FakeStores, sampled: Callable[[float], bool], wrong: Callable[[str], None]) -> None:
        super().__init__(stores)
        self._sampled = sampled
        self._wrong = wrong
        self._loaded: dict[str, Loaded] = {}

    def load(self, migration: str) -> Loaded:
        known = self._loaded.get(migration)
        if known is not None and self._is_current(known.view):
            return known
        found = self._loaded[migration] = super().load(migration) if known is None else self._again(known)
        return found

    def _again(self, known: Loaded) -> Loaded:
        """As the fake loads it, of what is already at hand."""
        state, view = self._stores.states[known.view.state.id], known.view
        if state.plan != view.plan.ref or self._stores.campaigns[view.campaign.id][-1].campaign is not view.campaign:
            return super().load(state.id)
        gate = self._stores.gates.get(view.campaign.id) or view.gate
        return Loaded(View(state, view.plan, view.campaign, gate), self._stores.records[state.id][-1].hash)

    def _is_current(self, view: View) -> bool:
        stores, campaign = self._stores, view.campaign
        if stores.campaigns[campaign.id][-1].campaign is not campaign:
            return False
        return view.state is stores.states[view.state.id] and view.gate is stores.gates.get(campaign.id)

    def save(self, commit: Commit) -> None:
        if not self._sampled(_WRITTEN):
            self.write(commit)
            return
        super().save(commit)
        if read(Migration, written(commit.state), commit.state.id, "migration") != commit.state:
            self._wrong(f"{commit.state.id} is another state when it is read again")


class BorderedMigrations:
    """The port Migrations of one world's processes. `loaded` and `committed` are told what came through."""

    def __init__(
        self,
        inner: Migrations,
        faults: Faults,
        loaded: Callable[[Loaded], None],
        committed: Callable[[Commit], None],
    ) -> None:
        self._inner = inner
        self._faults = faults
        self._loaded = loaded
        self._committed = committed

    def load(self, migration: str) -> Loaded:
        found = self._inner.load(migration)
        self._loaded(found)
        # Between the look and what is done about it: here others are faster.
        self._faults.cross("load", migration)
        return found

    def save(self, commit: Commit) -> None:
        name = commit.state.id
        fault = self._faults.cross("save", name)
        if fault == "stale":
            raise StaleStateError(f"{name} is in another transaction")
        self._inner.save(commit)
        self._committed(commit)
        self._faults.crossed(fault, f"saving {name}")
        if fault == "answer lost":
            raise StaleStateError(f"{name} was written, by the request whose answer was lost")


class BorderedControls(FakeControls):
    """The port Controls. `changed` is told each gate that was stored."""

    def __init__(self, stores: FakeStores, faults: Faults, changed: Callable[[Gate], None]) -> None:
        super().__init__(stores)
        self._faults = faults
        self._changed = changed

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        fault = self._faults.cross("save", f"gate {gate.campaign}")
        if fault == "stale":
            raise StaleStateError(f"the gate of {gate.campaign} is in another transaction")
        super().save(gate, record)
        self._changed(gate)
        self._faults.crossed(fault, "saving the gate")
        if fault == "answer lost":
            raise StaleStateError(f"the gate of {gate.campaign} was written, by the request whose answer was lost")


class BorderedDueTimes:
    """The port DueTimes."""

    def __init__(self, inner: DueTimes, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        return self._inner.due(now, limit)

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        fault = self._faults.cross("claim", f"due {migration}")
        claimed = self._inner.claim(migration, seen, until)
        self._faults.crossed(fault, f"claiming {migration}")
        return claimed

    def next_due(self) -> datetime | None:
        return self._inner.next_due()


class BorderedWatches:
    """The port Watches."""

    def __init__(self, stores: FakeStores, faults: Faults) -> None:
        self._inner = FakeWatches(stores)
        self._faults = faults

    def watching(self, address: str) -> Sequence[Watch]:
        self._faults.cross("load", address)
        return self._inner.watching(address)
