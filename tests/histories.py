"""Histories as they are stored, whose chain holds and whose fold is their state; for the tests of the audit."""

from collections.abc import Sequence

from shared.adapters.documents import campaign_of
from shared.domain.evolve import evolve
from shared.domain.history import fold, record
from shared.domain.view import Cause
from shared.ports.campaigns import CampaignCommit
from shared.ports.migrations import Commit
from shared.ports.store import Store
from state_schema.campaign import Resource
from state_schema.events import Event, MigrationCreated, MigrationStarted, Recorded, StepProgressed, StepStarted
from state_schema.migration import Migration
from tests.builders import ACTOR, NOW, PLAN, A, B, a_campaign, a_plan, a_summary

_AT_ONCE = 90
"""DynamoDB takes 100 writes."""
CAUSE = Cause(NOW, ACTOR, "act-1")


def a_history(length: int, migration: str = A, cause: Cause = CAUSE) -> tuple[Recorded, ...]:
    """So many events of one migration: created, started, and a step that goes on and on."""
    resource = Resource(id=migration.partition("/")[2])
    created = MigrationCreated(campaign=campaign_of(migration), resource=resource, plan=PLAN, environments=("test",))
    begun = StepStarted(track="test", step="migrate.items", attempt=1, digest="0" * 16)
    events: list[Event] = [created, MigrationStarted(), begun]
    events += [progressed(done) for done in range(4, length + 1)]
    return record(events[:length], 0, "", cause)


def progressed(done: int) -> StepProgressed:
    return StepProgressed(track="test", step="migrate.items", attempt=1, done=done, total=10**6, cursor=f"item-{done}")


def a_step(history: Sequence[Recorded], written: int = 0) -> Commit:
    """What writes the history from event number `written + 1` on, with the state that all of it leads to."""
    return _commit(fold(history), history[written:])


def store_histories(store: Store, length: int, migrations: Sequence[str] = (A, B)) -> None:
    """A campaign, and of these migrations of it a history of that length each."""
    store.plans.publish(a_plan())
    store.campaigns.save(CampaignCommit(0, a_campaign(), ACTOR, NOW))
    for migration in migrations:
        history, state = a_history(length, migration), None
        for first in range(0, length, _AT_ONCE):
            part = history[first : first + _AT_ONCE]
            for one in part:
                state = evolve(state, one.event, Cause(one.at, one.actor, one.signal))
            assert state is not None
            store.migrations.save(_commit(state, part))


def _commit(state: Migration, records: Sequence[Recorded]) -> Commit:
    return Commit(state.version - len(records), state, tuple(records), a_summary(state.id, state.version))
