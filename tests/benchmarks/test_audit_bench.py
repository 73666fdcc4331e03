"""How fast histories are verified: at least 5 000 events a second, read from a data file."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from shared.adapters.sql_campaigns import SqlCampaigns, SqlPlans
from shared.adapters.sql_controls import SqlControls
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_groups import SqlGroups
from shared.adapters.sql_migrations import SqlMigrations
from shared.adapters.sql_reads import SqlHistory, SqlMigrationIndex, SqlWatches
from shared.app.audit import audit_migration
from shared.domain.audit_findings import Audited
from shared.ports.store import Store
from tests.builders import A
from tests.histories import store_histories

EVENTS = 10_000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    file = open_engine(str(tmp_path / "waymark.db"))
    plans = SqlPlans(file)
    made = Store(
        campaigns=SqlCampaigns(file), controls=SqlControls(file), plans=plans,
        index=SqlMigrationIndex(file), migrations=SqlMigrations(file, plans), history=SqlHistory(file),
        watches=SqlWatches(file), groups=SqlGroups(file),
    )  # fmt: skip
    store_histories(made, EVENTS, (A,))
    return made


@pytest.mark.bench
def test_ten_thousand_events_are_verified(benchmark: BenchmarkFixture, store: Store) -> None:
    def verify() -> Audited:
        return audit_migration(A, store=store)

    assert benchmark(verify).findings == ()
    if benchmark.stats is not None:
        assert benchmark.stats.stats.median < EVENTS / 5000
