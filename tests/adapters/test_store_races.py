"""Sixteen processes race on one store, on every real engine: no update is lost, and nobody wins twice."""

from pathlib import Path

import pytest

from tests.adapters.store_racers import (
    TIMES,
    WRITERS,
    Heat,
    Place,
    Won,
    applies_the_campaign,
    changes_one_migration,
    claims_it,
    creates_it,
    migration_of,
    publishes_it,
    race,
    signal_of,
    takes_slots_for_its_own_migration,
)
from tests.adapters.store_subjects import MARKS, Stores, new_tables
from tests.builders import NOW, A, a_commit, a_gate
from tests.engines import a_dynamodb_client

ALL = WRITERS * TIMES


@pytest.fixture(
    params=[pytest.param(name, marks=MARKS.get(name, [])) for name in ("sqlite", "ministack", "dynamodb_local")]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(file=str(tmp_path / "waymark.db"))
    endpoint = request.getfixturevalue(request.param)
    state, effects = new_tables(a_dynamodb_client(endpoint))
    return Place(endpoint=endpoint, state=state, effects=effects)


@pytest.fixture
def stores(place: Place) -> Stores:
    return place.open().with_campaign()


def winners(results: list[Won]) -> dict[int, str]:
    """Who wrote each version; it fails where a version was written twice."""
    pairs = [(version, signal_of(won.writer)) for won in results for version in won.versions]
    by_version = dict(pairs)
    assert len(by_version) == len(pairs)
    return by_version


def the_one(place: Place, heat: Heat) -> int:
    """The only writer that won."""
    (winner,) = [won.writer for won in race(place, heat) if won.versions]
    return winner


def test_of_many_writers_on_one_migration_one_wins_each_version(place: Place, stores: Stores) -> None:
    stores.migrations.save(a_commit(signal="created"))

    results = race(place, changes_one_migration)

    assert winners(results) == {record.number: record.signal for record in stores.history.events(A, after=1)}
    assert sorted(winners(results)) == list(range(2, ALL + 2))
    assert stores.migrations.load(A).view.state.version == ALL + 1
    assert sum(won.lost for won in results) > 0


def test_of_many_migrations_at_one_gate_one_wins_each_version_of_it(place: Place, stores: Stores) -> None:
    for writer in range(WRITERS):
        stores.migrations.save(a_commit(migration_of(writer)))

    results = race(place, takes_slots_for_its_own_migration)

    assert sorted(winners(results)) == list(range(1, ALL + 1))
    for writer in range(WRITERS):
        view = stores.migrations.load(migration_of(writer)).view
        assert (view.state.version, view.gate) == (TIMES + 1, a_gate(ALL))
        assert len(stores.history.events(migration_of(writer))) == TIMES + 1
    assert sum(won.lost for won in results) > 0


def test_of_many_who_apply_a_campaign_one_wins_each_version(place: Place, stores: Stores) -> None:
    results = race(place, applies_the_campaign)

    assert sorted(winners(results)) == list(range(2, ALL + 2))
    version, campaign = stores.campaigns.load("airflow-3")
    assert (version, campaign.channel) == (ALL + 1, winners(results)[ALL + 1].replace("writer-", "C"))


def test_of_many_who_create_one_migration_one_is_first(place: Place, stores: Stores) -> None:
    winner = the_one(place, creates_it)

    assert [record.signal for record in stores.history.events(A)] == [signal_of(winner)]


def test_of_many_sweeps_one_claims(place: Place, stores: Stores) -> None:
    stores.migrations.save(a_commit(next_check_at=NOW))

    winner = the_one(place, claims_it)

    assert stores.due_times.next_due() == NOW.replace(minute=winner + 1)


def test_of_many_who_publish_one_plan_one_stores_it(place: Place, stores: Stores) -> None:
    the_one(place, publishes_it)

    assert stores.plans.load("airflow-3@9").version == 9
