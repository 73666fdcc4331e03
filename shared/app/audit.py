"""Audits what is stored: every migration of a campaign event by event, the list of them, the acts on the campaign itself,
and every file that was applied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.app.audit_events import UNREADABLE, stored_events
from shared.domain.audit import audited
from shared.domain.audit_chain import audited_chain
from shared.domain.audit_findings import Audited, Finding, Kept, Stored
from shared.errors import NotFoundError, PermanentError, RetryableError
from shared.messages.escaping import as_plain
from shared.messages.replies import unknown_campaign_text
from shared.ports.store import Store
from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.ids import migration_id
from state_schema.upcast import upcast

_LOOKS: Final = 10
"""At records and at what keeps the hash of the last one, which are read one after the other."""


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
        stored = store.campaigns.load(campaign)[1]
        found.update(migration_id(campaign, resource.id) for resource in (*stored.resources, *stored.gone))
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


def audit_acts(campaign: str, *, store: Store) -> Audited:
    """The acts on the campaign against each other and against its gate. RetryableError where they change all the time."""
    for _ in range(_LOOKS):
        try:
            before = store.controls.gate(campaign)
            records = store.controls.records(campaign)
            gate = store.controls.gate(campaign)
        except PermanentError as exc:
            return Audited(0, None, (_unreadable(exc),))
        if gate.tail == before.tail:
            return audited_chain(records, gate.tail, gate.version, "act")
    raise _too_busy(campaign)


def audit_applications(campaign: str, *, store: Store) -> Audited:
    """What was applied, against each other and against the campaign. That it cannot be loaded is a finding of `migrations_of`.

    RetryableError where it changes all the time.
    """
    for _ in range(_LOOKS):
        try:
            before, stored = store.campaigns.load(campaign)
            history = store.campaigns.history(campaign)
            after, _ = store.campaigns.load(campaign)
        except NotFoundError:
            return Audited(0, None, ())
        except PermanentError as exc:
            return Audited(0, None, _not_twice(exc, campaign, store))
        if before == after:
            found = audited_chain(history.records, history.tail, after, "application")
            differs = _differs(history.records, after, stored)
            return found if differs is None else replace(found, tail=None, findings=(*found.findings, differs))
    raise _too_busy(campaign)


def _differs(records: Sequence[CampaignApplied], version: int, stored: Campaign) -> Finding | None:
    """Whether the campaign is what was applied last."""
    last = next((one for one in records if one.number == version), None)
    if last is None:
        return None
    try:
        same = Campaign.model_validate(upcast("campaign", last.campaign)) == stored
    except ValueError:
        same = False
    said = f"the campaign at version {version} is not what application {version} says"
    return None if same else Finding(version, "state", said)


def _not_twice(error: PermanentError, campaign: str, store: Store) -> tuple[Finding, ...]:
    """Nothing where it is the campaign itself that cannot be read."""
    unreadable = _unreadable(error)
    return () if unreadable in migrations_of(campaign, store=store).findings else (unreadable,)


def _too_busy(campaign: str) -> RetryableError:
    return RetryableError(f"{campaign} is changed by many at once. Verify it again.")


def audit_migration(migration: str, *, store: Store) -> Audited:
    """Its events against each other and against its state, read a page at a time.

    A document that cannot be read is a finding. PermanentError and RetryableError mean that the store itself cannot be read.
    """
    kept, findings = _kept(migration, store)
    found = audited(migration, _up_to(kept, migration, store), kept)
    if kept is None and found.events == 0:
        said = "it has neither a state nor events: it was removed, or applying its campaign did not come to an end"
        findings = (Finding(None, "state", said),)
    return replace(found, findings=(*findings, *found.findings))


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


def _unreadable(error: PermanentError) -> Finding:
    if error.code != UNREADABLE:
        raise error
    return Finding(None, UNREADABLE, error.reason)
