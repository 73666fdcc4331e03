"""The simulator's own stores and claims, with nothing that goes wrong: they must keep the contracts of the real ones."""

from tests.adapters.store_subjects import Stores
from tests.fakes.pace import FakePace
from tests.fakes.stores import (
    FakeCampaigns,
    FakeDueTimes,
    FakeGroups,
    FakeHistory,
    FakeMigrationIndex,
    FakePlans,
    FakeStores,
)
from tests.simulation.world.agenda import Agenda
from tests.simulation.world.chance import Chance
from tests.simulation.world.effects import BorderedCards, SimulatedEffects
from tests.simulation.world.faults import Faults
from tests.simulation.world.parking import BorderedParking
from tests.simulation.world.stores import (
    BorderedControls,
    BorderedDueTimes,
    BorderedMigrations,
    BorderedWatches,
    LeanMigrations,
)


def no_faults(agenda: Agenda) -> Faults:
    return Faults(agenda, Chance(1), levels={}, until=0.0, only=None, tell=lambda _: None)


def simulated_effects() -> SimulatedEffects:
    agenda = Agenda()
    return SimulatedEffects(agenda, no_faults(agenda), lambda _: None)


def simulated_stores() -> Stores:
    world, faults = FakeStores(), no_faults(Agenda())
    lean = LeanMigrations(world, sampled=lambda _: True, wrong=_wrong)
    return Stores(
        migrations=BorderedMigrations(lean, faults, loaded=lambda _: None, committed=lambda _: None),
        history=FakeHistory(world),
        index=FakeMigrationIndex(world),
        due_times=BorderedDueTimes(FakeDueTimes(world), faults),
        watches=BorderedWatches(world, faults),
        plans=FakePlans(world),
        campaigns=FakeCampaigns(world),
        controls=BorderedControls(world, faults, changed=lambda _: None),
        posted_cards=BorderedCards(faults),
        pace=FakePace(),
        groups=FakeGroups(world),
        parked=BorderedParking(faults),
    )


def _wrong(problem: str) -> None:
    raise AssertionError(problem)
