"""Every store in memory: dictionaries under one lock, with the conditions of the real ones and none of their tricks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from shared.adapters.documents import applied, campaign_of, checked_state, moment, stamp
from shared.adapters.missing import no_campaign, no_event, no_migration, no_plan, published_otherwise
from shared.domain.view import View
from shared.errors import PermanentError, StaleStateError
from shared.ports.campaigns import Applications, CampaignCommit
from shared.ports.effects import PostedCard
from shared.ports.migrations import Commit, Loaded, Watch
from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.control import ControlRecorded
from state_schema.events import Recorded
from state_schema.gate import Gate
from state_schema.memberships import Memberships
from state_schema.migration import Migration
from state_schema.plan import Plan
from state_schema.summary import Summary


@dataclass
class FakeStores:
    """What is stored; the fakes of one world share it."""

    states: dict[str, Migration] = field(default_factory=dict)
    records: dict[str, list[Recorded]] = field(default_factory=dict)
    summaries: dict[str, Summary] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    controls: dict[str, list[ControlRecorded]] = field(default_factory=dict)
    watches: set[Watch] = field(default_factory=set)
    plans: dict[str, Plan] = field(default_factory=dict)
    campaigns: dict[str, list[CampaignCommit]] = field(default_factory=dict)
    applied: dict[str, list[CampaignApplied]] = field(default_factory=dict)
    memberships: dict[str, Memberships] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


class FakePlans:
    """The port Plans."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def publish(self, plan: Plan) -> bool:
        with self._stores.lock:
            stored = self._stores.plans.setdefault(plan.ref, plan)
        if stored != plan:
            raise published_otherwise(plan)
        return stored is plan

    def load(self, ref: str) -> Plan:
        if ref not in self._stores.plans:
            raise no_plan(ref)
        return self._stores.plans[ref]


class FakeCampaigns:
    """The port Campaigns."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def load(self, campaign: str) -> tuple[int, Campaign]:
        commits = self._stores.campaigns.get(campaign)
        if not commits:
            raise no_campaign(campaign)
        return len(commits), commits[-1].campaign

    def save(self, commit: CampaignCommit) -> None:
        stamp(commit.at)
        with self._stores.lock:
            commits = self._stores.campaigns.get(commit.campaign.id, [])
            if len(commits) != commit.before:
                raise StaleStateError(f"{commit.campaign.id} was changed since version {commit.before}")
            self._stores.campaigns[commit.campaign.id] = [*commits, commit]
            history = self._stores.applied.setdefault(commit.campaign.id, [])
            history.append(applied(commit, history[-1].hash or "" if history else ""))

    def history(self, campaign: str) -> Applications:
        records = tuple(self._stores.applied.get(campaign, ()))
        return Applications(records, records[-1].hash or "" if records else "")

    def names(self) -> Sequence[str]:
        return tuple(sorted(self._stores.campaigns))


class FakeGroups:
    """The port Groups."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def load(self, campaign: str) -> Memberships | None:
        return self._stores.memberships.get(campaign)

    def save(self, snapshot: Memberships) -> bool:
        with self._stores.lock:
            known = self._stores.memberships.get(snapshot.campaign)
            if known is not None and known.at >= snapshot.at:
                return False
            self._stores.memberships[snapshot.campaign] = snapshot
            return True


class FakeControls:
    """The port Controls."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def gate(self, campaign: str) -> Gate:
        return self._stores.gates.get(campaign) or Gate(campaign=campaign)

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        with self._stores.lock:
            if self.gate(gate.campaign).version != gate.version - 1:
                raise StaleStateError(f"the gate of {gate.campaign} was changed meanwhile")
            self._stores.gates[gate.campaign] = gate
            self._stores.controls.setdefault(gate.campaign, []).append(record)

    def records(self, campaign: str) -> Sequence[ControlRecorded]:
        return tuple(self._stores.controls.get(campaign, ()))


class FakeMigrations:
    """The port Migrations."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def load(self, migration: str) -> Loaded:
        with self._stores.lock:
            state = self._stores.states.get(migration)
            if state is None:
                raise no_migration(migration)
            campaign = campaign_of(migration)
            view = View(
                state=state,
                plan=FakePlans(self._stores).load(state.plan),
                campaign=FakeCampaigns(self._stores).load(campaign)[1],
                gate=self._stores.gates.get(campaign) or Gate(campaign=campaign),
                groups=members.groups if (members := self._stores.memberships.get(campaign)) else {},
            )
            return Loaded(view, self._stores.records[migration][-1].hash)

    def save(self, commit: Commit) -> None:
        checked_state(commit)
        self.write(commit)

    def write(self, commit: Commit) -> None:
        """The conditional write, whatever the state's size."""
        due = commit.next_check_at and moment(stamp(commit.next_check_at))
        stores, migration = self._stores, commit.state.id
        with stores.lock:
            self._refuse(commit)
            stores.states[migration] = commit.state
            stores.summaries[migration] = commit.summary
            stores.records.setdefault(migration, []).extend(commit.records)
            stores.watches = (stores.watches - commit.closed) | commit.opened
            if commit.gate is not None:
                stores.gates[commit.gate.campaign] = commit.gate
            stores.due.pop(migration, None)
            if due is not None:
                stores.due[migration] = due

    def _refuse(self, commit: Commit) -> None:
        stored = self._stores.states.get(commit.state.id)
        if (stored.version if stored else 0) != commit.before:
            raise StaleStateError(f"{commit.state.id} was changed since version {commit.before}")
        if len(self._stores.records.get(commit.state.id, ())) != commit.before:
            raise PermanentError(f"{commit.state.id} does not fit its history")
        if commit.gate is None:
            return
        gate = self._stores.gates.get(commit.gate.campaign) or Gate(campaign=commit.gate.campaign)
        if gate.version != commit.gate.version - 1:
            raise StaleStateError(f"the gate of {gate.campaign} was changed since version {commit.gate.version - 1}")


class FakeHistory:
    """The port History."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        first = max(after, 0)
        return tuple(self._stores.records.get(migration, [])[first : first + max(limit, 0)])

    def event(self, migration: str, number: int) -> Recorded:
        records = self._stores.records.get(migration, [])
        if not 1 <= number <= len(records):
            raise no_event(migration, number)
        return records[number - 1]


class FakeMigrationIndex:
    """The port MigrationIndex."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def in_campaign(self, campaign: str, wave: int | None = None) -> Iterable[Summary]:
        rows = [row for row in self._stores.summaries.values() if campaign_of(row.migration) == campaign]
        return sorted(
            (row for row in rows if wave is None or row.wave == wave), key=lambda row: (row.wave, row.resource)
        )


class FakeDueTimes:
    """The port DueTimes."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
        due = sorted((at, migration) for migration, at in self._stores.due.items() if at <= now)
        return [(migration, at) for at, migration in due[: max(limit, 0)]]

    def claim(self, migration: str, seen: datetime, until: datetime) -> bool:
        with self._stores.lock:
            if self._stores.due.get(migration) != seen:
                return False
            self._stores.due[migration] = until
            return True

    def next_due(self) -> datetime | None:
        return min(self._stores.due.values(), default=None)


class FakeWatches:
    """The port Watches."""

    def __init__(self, stores: FakeStores) -> None:
        self._stores = stores

    def watching(self, address: str) -> Sequence[Watch]:
        return tuple(sorted(watch for watch in self._stores.watches if watch.address == address))


class FakePostedCards:
    """The port PostedCards."""

    def __init__(self) -> None:
        self.cards: dict[str, PostedCard] = {}

    def load(self, card: str) -> PostedCard | None:
        return self.cards.get(card)

    def save(self, card: str, posted: PostedCard) -> None:
        noted = self.cards.get(card)
        if noted is None or (noted.version <= posted.version and noted.told <= posted.told):
            self.cards[card] = posted
