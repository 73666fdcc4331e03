"""The implementations of the stores that the contract suites run on: in memory, SQLite, and DynamoDB on two engines."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from mypy_boto3_dynamodb.client import DynamoDBClient
from sqlalchemy import Engine

from shared.adapters.dynamodb_campaigns import DynamoCampaigns, DynamoPlans
from shared.adapters.dynamodb_cards import DynamoPostedCards
from shared.adapters.dynamodb_controls import DynamoControls
from shared.adapters.dynamodb_groups import DynamoGroups
from shared.adapters.dynamodb_migrations import DynamoMigrations
from shared.adapters.dynamodb_pace import DynamoPace
from shared.adapters.dynamodb_parking import DynamoParking
from shared.adapters.dynamodb_reads import DynamoDueTimes, DynamoHistory, DynamoMigrationIndex, DynamoWatches
from shared.adapters.dynamodb_tables import create_tables
from shared.adapters.sql_campaigns import SqlCampaigns, SqlPlans
from shared.adapters.sql_cards import SqlPostedCards
from shared.adapters.sql_controls import SqlControls
from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_groups import SqlGroups
from shared.adapters.sql_migrations import SqlMigrations
from shared.adapters.sql_pace import SqlPace
from shared.adapters.sql_parking import SqlParking
from shared.adapters.sql_reads import SqlDueTimes, SqlHistory, SqlMigrationIndex, SqlWatches
from shared.ports.campaigns import CampaignCommit, Campaigns, Controls, Plans
from shared.ports.effects import PostedCards
from shared.ports.groups import Groups
from shared.ports.migrations import DueTimes, History, MigrationIndex, Migrations, Watches
from shared.ports.pace import Pace
from shared.ports.parking import Parking
from state_schema.plan import Plan
from tests.builders import ACTOR, NOW, a_campaign, a_plan
from tests.engines import a_dynamodb_client
from tests.fakes.pace import FakePace
from tests.fakes.parking import FakeParking
from tests.fakes.stores import (
    FakeCampaigns,
    FakeControls,
    FakeDueTimes,
    FakeGroups,
    FakeHistory,
    FakeMigrationIndex,
    FakeMigrations,
    FakePlans,
    FakePostedCards,
    FakeStores,
    FakeWatches,
)

_tables = count(1)


@dataclass(frozen=True, slots=True)
class Stores:
    migrations: Migrations
    history: History
    index: MigrationIndex
    due_times: DueTimes
    watches: Watches
    plans: Plans
    campaigns: Campaigns
    controls: Controls
    groups: Groups
    posted_cards: PostedCards
    pace: Pace
    parked: Parking

    def with_campaign(self, campaign: str = "airflow-3", plan: Plan | None = None) -> "Stores":
        """The same, after a plan was published and a campaign applied."""
        self.plans.publish(plan or a_plan())
        self.campaigns.save(CampaignCommit(0, a_campaign(campaign), ACTOR, NOW))
        return self


def sql_stores(engine: Engine) -> Stores:
    plans = SqlPlans(engine)
    return Stores(
        migrations=SqlMigrations(engine, plans),
        history=SqlHistory(engine),
        index=SqlMigrationIndex(engine),
        due_times=SqlDueTimes(engine),
        watches=SqlWatches(engine),
        plans=plans,
        campaigns=SqlCampaigns(engine),
        controls=SqlControls(engine),
        groups=SqlGroups(engine),
        posted_cards=SqlPostedCards(engine),
        pace=SqlPace(engine),
        parked=SqlParking(engine),
    )


def dynamo_stores(client: DynamoDBClient, state: str, effects: str) -> Stores:
    plans = DynamoPlans(client, state)
    return Stores(
        migrations=DynamoMigrations(client, state, plans),
        history=DynamoHistory(client, state),
        index=DynamoMigrationIndex(client, state),
        due_times=DynamoDueTimes(client, state),
        watches=DynamoWatches(client, state),
        plans=plans,
        campaigns=DynamoCampaigns(client, state),
        controls=DynamoControls(client, state),
        groups=DynamoGroups(client, state),
        posted_cards=DynamoPostedCards(client, effects),
        pace=DynamoPace(client, effects),
        parked=DynamoParking(client, state),
    )


def new_tables(client: DynamoDBClient) -> tuple[str, str]:
    """Names of a state and an effects table that nobody else uses."""
    number = next(_tables)
    state, effects = f"stores-{number}-state", f"stores-{number}-effects"
    create_tables(client, state, effects)
    return state, effects


def _in_memory(_: pytest.FixtureRequest) -> Stores:
    world = FakeStores()
    return Stores(
        migrations=FakeMigrations(world),
        history=FakeHistory(world),
        index=FakeMigrationIndex(world),
        due_times=FakeDueTimes(world),
        watches=FakeWatches(world),
        plans=FakePlans(world),
        campaigns=FakeCampaigns(world),
        controls=FakeControls(world),
        groups=FakeGroups(world),
        posted_cards=FakePostedCards(),
        pace=FakePace(),
        parked=FakeParking(),
    )


def _simulated(_: pytest.FixtureRequest) -> Stores:
    from tests.adapters.simulated_subjects import simulated_stores

    return simulated_stores()


def _sqlite(request: pytest.FixtureRequest) -> Stores:
    path: Path = request.getfixturevalue("tmp_path")
    engine = open_engine(str(path / "waymark.db"))
    request.addfinalizer(engine.dispose)
    return sql_stores(engine)


def _ministack(request: pytest.FixtureRequest) -> Stores:
    client = a_dynamodb_client(request.getfixturevalue("ministack"))
    return dynamo_stores(client, *new_tables(client))


def _dynamodb_local(request: pytest.FixtureRequest) -> Stores:
    client = a_dynamodb_client(request.getfixturevalue("dynamodb_local"))
    return dynamo_stores(client, *new_tables(client))


MAKERS: dict[str, Callable[[pytest.FixtureRequest], Stores]] = {
    "in_memory": _in_memory,
    "simulated": _simulated,
    "sqlite": _sqlite,
    "ministack": _ministack,
    "dynamodb_local": _dynamodb_local,
}
MARKS = {"ministack": [pytest.mark.engine], "dynamodb_local": [pytest.mark.engine, pytest.mark.network]}
EVERY = [pytest.param(name, marks=MARKS.get(name, [])) for name in MAKERS]
