"""Gives out what is recorded, one row after the other, for whoever keeps the audit or searches it elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from shared.app.audit import migrations_of
from shared.app.audit_events import UNREADABLE, stored_events
from shared.domain.audit_findings import Stored, Unreadable
from shared.errors import PermanentError
from shared.messages.audit_rows import Row
from shared.ports.store import Store
from state_schema.applied import CampaignApplied
from state_schema.control import ControlRecorded


def audit_rows(campaigns: Sequence[str], *, store: Store, since: datetime | None = None) -> Iterator[Row]:
    """For each campaign its applications and the acts on it, then its migrations by id, each event by number.

    `since` leaves out what was recorded before. What cannot be read is a row too, whenever it was recorded.
    """
    for campaign in campaigns:
        for row in _rows_of(campaign, store):
            if since is None or isinstance(row.document, Unreadable) or row.document.at >= since:
                yield row


def _rows_of(campaign: str, store: Store) -> Iterator[Row]:
    listed = migrations_of(campaign, store=store)
    for finding in listed.findings:
        yield Row(campaign, None, None, Unreadable(finding.message))
    yield from _of_the_campaign(campaign, lambda: store.campaigns.history(campaign).records)
    yield from _of_the_campaign(campaign, lambda: store.controls.records(campaign))
    for migration in listed.migrations:
        yield from (_event_row(campaign, migration, stored) for stored in stored_events(store.history, migration))


def _of_the_campaign(
    campaign: str, records: Callable[[], Sequence[ControlRecorded] | Sequence[CampaignApplied]]
) -> Iterator[Row]:
    try:
        yield from (Row(campaign, None, record.number, record) for record in records())
    except PermanentError as exc:
        if exc.code != UNREADABLE:
            raise
        yield Row(campaign, None, None, Unreadable(exc.reason))


def _event_row(campaign: str, migration: str, stored: Stored) -> Row:
    return Row(campaign, migration, stored.number, stored.document)
