"""The two engines: which adapters stand behind the ports of store, queues and effects."""

from dataclasses import dataclass
from typing import Final

from shared.ports.campaigns import Campaigns, Controls, Plans
from shared.ports.clock import Clock
from shared.ports.effects import Effects, PostedCards
from shared.ports.groups import Groups
from shared.ports.migrations import DueTimes, History, MigrationIndex, Migrations, Watches
from shared.ports.pace import Pace
from shared.ports.parking import Parking
from shared.ports.queues import Inbox, Outbox
from shared.ports.store import Store
from shared.settings import Settings

_MARGIN: Final = 60
"""Seconds that a message stays hidden beyond the time-out of the function that has it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The ports that depend on the engine. Only who runs the workers itself needs the inbox."""

    migrations: Migrations
    history: History
    index: MigrationIndex
    due_times: DueTimes
    watches: Watches
    campaigns: Campaigns
    controls: Controls
    plans: Plans
    groups: Groups
    outbox: Outbox
    inbox: Inbox
    effects: Effects
    posted_cards: PostedCards
    pace: Pace
    parked: Parking

    @property
    def store(self) -> Store:
        """Of these ports, those that are passed on together."""
        return Store(
            campaigns=self.campaigns,
            controls=self.controls,
            plans=self.plans,
            index=self.index,
            migrations=self.migrations,
            history=self.history,
            watches=self.watches,
            groups=self.groups,
        )


def aws_engine(settings: Settings, clock: Clock) -> Engine:  # noqa: ARG001 - both engines are built alike; AWS has its own time
    """DynamoDB and SQS, at the endpoint and with the credentials that boto3 finds."""
    from shared.adapters.dynamodb_campaigns import DynamoCampaigns, DynamoPlans
    from shared.adapters.dynamodb_cards import DynamoPostedCards
    from shared.adapters.dynamodb_client import dynamodb_client
    from shared.adapters.dynamodb_controls import DynamoControls
    from shared.adapters.dynamodb_groups import DynamoGroups
    from shared.adapters.dynamodb_migrations import DynamoMigrations
    from shared.adapters.dynamodb_pace import DynamoPace
    from shared.adapters.dynamodb_parking import DynamoParking
    from shared.adapters.dynamodb_reads import DynamoDueTimes, DynamoHistory, DynamoMigrationIndex, DynamoWatches
    from shared.adapters.effects import DynamoIdempotency, PowertoolsEffects
    from shared.adapters.sqs import SqsQueues, sqs_client

    client, table = dynamodb_client(), settings.state_table
    plans, queues = DynamoPlans(client, table), SqsQueues(sqs_client(), settings.queue_url_prefix)
    return Engine(
        migrations=DynamoMigrations(client, table, plans),
        history=DynamoHistory(client, table),
        index=DynamoMigrationIndex(client, table),
        due_times=DynamoDueTimes(client, table),
        watches=DynamoWatches(client, table),
        campaigns=DynamoCampaigns(client, table),
        controls=DynamoControls(client, table),
        plans=plans,
        groups=DynamoGroups(client, table),
        outbox=queues,
        inbox=queues,
        effects=PowertoolsEffects(DynamoIdempotency(client, settings.effects_table), settings.skill_timeout),
        posted_cards=DynamoPostedCards(client, settings.effects_table),
        pace=DynamoPace(client, settings.effects_table),
        parked=DynamoParking(client, table),
    )


def embedded_engine(settings: Settings, clock: Clock) -> Engine:
    """One SQLite file for state, queues and effects."""
    from shared.adapters.effects import PowertoolsEffects
    from shared.adapters.sql_campaigns import SqlCampaigns, SqlPlans
    from shared.adapters.sql_cards import SqlPostedCards
    from shared.adapters.sql_controls import SqlControls
    from shared.adapters.sql_engine import open_engine
    from shared.adapters.sql_groups import SqlGroups
    from shared.adapters.sql_idempotency import SqlIdempotency
    from shared.adapters.sql_migrations import SqlMigrations
    from shared.adapters.sql_pace import SqlPace
    from shared.adapters.sql_parking import SqlParking
    from shared.adapters.sql_queues import SqlQueues
    from shared.adapters.sql_reads import SqlDueTimes, SqlHistory, SqlMigrationIndex, SqlWatches

    file = open_engine(settings.data)
    plans, queues = SqlPlans(file), SqlQueues(file, clock, settings.skill_timeout + _MARGIN)
    return Engine(
        migrations=SqlMigrations(file, plans),
        history=SqlHistory(file),
        index=SqlMigrationIndex(file),
        due_times=SqlDueTimes(file),
        watches=SqlWatches(file),
        campaigns=SqlCampaigns(file),
        controls=SqlControls(file),
        plans=plans,
        groups=SqlGroups(file),
        outbox=queues,
        inbox=queues,
        effects=PowertoolsEffects(SqlIdempotency(file), settings.skill_timeout),
        posted_cards=SqlPostedCards(file),
        pace=SqlPace(file),
        parked=SqlParking(file),
    )
