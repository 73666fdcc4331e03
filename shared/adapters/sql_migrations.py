"""Migrations in SQL: one snapshot reads what a step needs, one transaction writes what it did."""

from dataclasses import asdict
from typing import Final

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from shared.adapters.documents import campaign_of, checked_state, read, read_campaign, stamp, written
from shared.adapters.missing import no_campaign, no_migration
from shared.adapters.sql_engine import reading, writing
from shared.adapters.sql_groups import memberships, read_memberships
from shared.adapters.sql_tables import campaigns, events, gates, states, watches
from shared.adapters.sql_versions import put_version
from shared.domain.view import View
from shared.errors import BROKEN, PermanentError
from shared.ports.campaigns import Plans
from shared.ports.migrations import Commit, Loaded
from state_schema.gate import Gate
from state_schema.migration import Migration

_LOADED_VERSION: Final = states.c.version == bindparam("before")
GATE_IS_STILL_THE_LOADED_VERSION: Final = gates.c.version == bindparam("before")
_LOADED: Final = (
    select(
        states.c.body,
        states.c.tail,
        campaigns.c.body.label("campaign_body"),
        gates.c.body.label("gate_body"),
        memberships.c.body.label("members"),
    )
    .outerjoin_from(states, campaigns, campaigns.c.campaign == states.c.campaign)
    .outerjoin(gates, gates.c.campaign == states.c.campaign)
    .outerjoin(memberships, memberships.c.campaign == states.c.campaign)
    .where(states.c.migration == bindparam("migration"))
)


class SqlMigrations:
    """The port Migrations; `plans` should keep what it has read, because each load asks for one."""

    def __init__(self, engine: Engine, plans: Plans) -> None:
        self._engine = engine
        self._plans = plans

    def load(self, migration: str) -> Loaded:
        campaign = campaign_of(migration)
        row = self._row(migration)
        if row.campaign_body is None:
            raise no_campaign(campaign)
        state = read(Migration, row.body, f"the state of {migration}", "migration")
        gate = row.gate_body
        view = View(
            state=state,
            plan=self._plans.load(state.plan),
            campaign=read_campaign(row.campaign_body, campaign),
            gate=read(Gate, gate, f"the gate of {campaign}", "gate") if gate else Gate(campaign=campaign),
            groups=read_memberships(row.members, campaign).groups if row.members else {},
        )
        return Loaded(view, row.tail)

    def save(self, commit: Commit) -> None:
        body = checked_state(commit)
        with writing(self._engine) as connection:
            _put_state(connection, commit, body)
            if commit.gate is not None:
                _put_gate(connection, commit.gate)
            _put_events(connection, commit)
            _put_watches(connection, commit)

    def _row(self, migration: str) -> Row[str, str, str | None, str | None, str | None]:
        with reading(self._engine) as connection:
            row = connection.execute(_LOADED, {"migration": migration}).one_or_none()
        if row is None:
            raise no_migration(migration)
        return row


def _put_state(connection: Connection, commit: Commit, body: str) -> None:
    state, summary, due = commit.state, commit.summary, commit.next_check_at
    row = {
        "campaign": state.campaign,
        "wave": summary.wave,
        "resource": summary.resource,
        "version": state.version,
        "tail": commit.records[-1].hash,
        "next_check_at": None if due is None else stamp(due),
        "summary": written(summary),
        "body": body,
    }
    put_version(connection, states, ("migration", state.id), row, commit.before)


def _put_gate(connection: Connection, gate: Gate) -> None:
    row = {"version": gate.version, "body": written(gate)}
    put_version(connection, gates, ("campaign", gate.campaign), row, gate.version - 1)


def _put_events(connection: Connection, commit: Commit) -> None:
    """The state's version was right: where an event is there all the same, the state does not fit its history."""
    migration = commit.state.id
    rows = [{"migration": migration, "number": record.number, "body": written(record)} for record in commit.records]
    try:
        connection.execute(insert(events), rows)
    except IntegrityError as exc:
        raise PermanentError(
            f"{migration} is at version {commit.before}, but later events are stored: restore the state", BROKEN
        ) from exc


def _put_watches(connection: Connection, commit: Commit) -> None:
    for watch in commit.opened | commit.closed:
        connection.execute(delete(watches).filter_by(**asdict(watch)))
    if commit.opened:
        connection.execute(insert(watches), [asdict(watch) for watch in commit.opened])
