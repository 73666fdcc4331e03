"""Audits what is stored: every migration of a campaign event by event, its list, and the acts on the campaign itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.app.audit_events import UNREADABLE, stored_events
from shared.domain.audit import Audited, Finding, Kept, Stored, audited
from shared.errors import NotFoundError, PermanentError
from shared.messages.escaping import as_plain
from shared.messages.replies import unknown_campaign_text
from shared.ports.store import Store
from state_schema.ids import migration_id


@dataclass(frozen=True, slots=True)
class Listed:
    """The migrations of a campaign, sorted, and what is wrong with the documents that list them."""

    migrations: tuple[str, ...]
    findings: tuple[Finding, ...]


def campaigns_named(campaign: str | None, *, store: Store) -> Sequence[str]:
    """The one campaign, or all there are; NotFoundError where nothing of it is stored."""
    names = store.campaigns.names()
    if campaign is None:
        return names
    if campaign not in names and not migrations_of(campaign, store=store).migrations:
        raise NotFoundError(as_plain(unknown_campaign_text(campaign, names)))
    return (campaign,)


def migrations_of(campaign: str, *, store: Store) -> Listed:
    """What the list of migrations and the campaign's own resources name: neither alone is believed to be whole."""
    found, findings = set[str](), list[Finding]()
    try:
        found.update(row.migration for row in store.index.in_campaign(campaign))
    except PermanentError as exc:
        findings.append(_unreadable(exc))
    try:
        resources = store.campaigns.load(campaign)[1].resources
        found.update(migration_id(campaign, resource.id) for resource in resources)
    except NotFoundError as exc:
        findings.append(Finding(None, "campaign", str(exc)))
    except PermanentError as exc:
        findings.append(_unreadable(exc))
    ours = f"{campaign}/"
    return Listed(tuple(sorted(one for one in found if one.startswith(ours))), tuple(findings))


def chosen(listed: Sequence[str], resources: Sequence[str]) -> Sequence[str]:
    """Of these migrations those of the named resources; all of them where none is named."""
    wanted = frozenset(resources)
    return [one for one in listed if not wanted or one.partition("/")[2] in wanted]


def audit_campaign(campaign: str, listed: Listed, *, store: Store) -> Audited:
    """The campaign's own documents: those that list its migrations, and the acts on its gate, which no hash protects yet."""
    findings = list(listed.findings)
    count = 0
    try:
        records = store.controls.records(campaign)
        count, numbers = len(records), [record.number for record in records]
        gate = store.controls.gate(campaign)
        findings += [_out_of_order(later) for earlier, later in pairwise(numbers) if later <= earlier]
        findings += [_ahead(number, gate.version) for number in numbers if number > gate.version]
    except PermanentError as exc:
        findings.append(_unreadable(exc))
    return Audited(count, None, tuple(findings))


def audit_migration(migration: str, *, store: Store) -> Audited:
    """Its events against each other and against its state, read a page at a time.

    A document that cannot be read is a finding. PermanentError and RetryableError mean that the store itself cannot be read.
    """
    kept, findings = _kept(migration, store)
    found = audited(migration, _up_to(kept, migration, store), kept)
    if kept is None and found.events == 0:
        said = "it has neither a state nor events: it was removed, or applying its campaign did not come to an end"
        findings = (Finding(None, "state", said),)
    return Audited(found.events, found.tail, (*findings, *found.findings))


def _kept(migration: str, store: Store) -> tuple[Kept | None, tuple[Finding, ...]]:
    try:
        loaded = store.migrations.load(migration)
    except NotFoundError as exc:
        return None, (Finding(None, "state", f"its state cannot be loaded: {exc}"),)
    except PermanentError as exc:
        return None, (_unreadable(exc),)
    return Kept(loaded.view.state, loaded.tail), ()


def _up_to(kept: Kept | None, migration: str, store: Store) -> Iterator[Stored]:
    """The events that led to the state. Later ones are left for the next audit where a step has written them meanwhile."""
    beyond = False
    for stored in stored_events(store.history, migration):
        if kept is not None and not beyond and stored.number > kept.state.version:
            beyond = True
            now, _ = _kept(migration, store)
            if now is not None and now.state.version > kept.state.version:
                return
        yield stored


def _out_of_order(number: int) -> Finding:
    return Finding(number, "campaign", f"act {number} on the campaign does not come after the one stored before it")


def _ahead(number: int, version: int) -> Finding:
    said = f"act {number} on the campaign is stored, and its gate is at version {version}: one of the two was changed"
    return Finding(number, "campaign", said)


def _unreadable(error: PermanentError) -> Finding:
    if error.code != UNREADABLE:
        raise error
    return Finding(None, UNREADABLE, error.reason)
