"""Commands that only show: where everything is, and what happened to one migration."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.display import as_of
from shared.errors import NotFoundError
from shared.messages import replies
from shared.messages.pauses import paused
from shared.messages.recorded import LAST, history_text
from shared.ports.migrations import History, Migrations
from shared.ports.store import Store
from state_schema.campaign import Campaign
from state_schema.events import Recorded
from state_schema.ids import migration_id

READS = ("status", "history")
_LONGEST = 3000


def show(campaign: Campaign, words: Sequence[str], store: Store, at: datetime) -> tuple[bool, str]:
    """Whether it could be shown, and the text: `status [resource]` or `history <resource>`."""
    verb, *rest = words
    if verb == "history":
        return _history(campaign, rest[0], store) if rest else (False, "Which resource? Write `history <resource>`.")
    gate, rows = store.controls.gate(campaign.id), list(store.index.in_campaign(campaign.id))
    wanted = [row for row in as_of(gate, campaign, rows) if not rest or row.resource == rest[0]]
    if rest and not wanted:
        return False, replies.unknown_resource_text(rest[0], [row.resource for row in rows])
    return True, (paused(gate, at) + replies.status_text(campaign.id, wanted))[:_LONGEST]


def _history(campaign: Campaign, resource: str, store: Store) -> tuple[bool, str]:
    migration = migration_id(campaign.id, resource)
    try:
        total, records = last_events(migration, LAST, store.migrations, store.history)
    except NotFoundError:
        return False, replies.unknown_resource_text(resource, [one.id for one in campaign.resources])
    return True, history_text(migration, records, total)


def last_events(migration: str, limit: int, migrations: Migrations, history: History) -> tuple[int, Sequence[Recorded]]:
    """How many events it has, and the last `limit` (≤ 1,000) of them; NotFoundError where there is no such migration."""
    total = migrations.load(migration).view.state.version
    return total, history.events(migration, max(total - limit, 0), limit)
