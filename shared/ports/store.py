"""The ports of the state table that every use case round a migration needs, as one value to pass on."""

from dataclasses import dataclass

from shared.ports.campaigns import Campaigns, Controls, Plans
from shared.ports.groups import Groups
from shared.ports.migrations import History, MigrationIndex, Migrations, Watches


@dataclass(frozen=True, slots=True)
class Store:
    """What is known: plans, campaigns with their gates, migrations with their history, the list of them, and who
    waits for what.
    """

    campaigns: Campaigns
    controls: Controls
    plans: Plans
    index: MigrationIndex
    migrations: Migrations
    history: History
    watches: Watches
    groups: Groups
