"""Small valid documents for the tests of stores: what a test cares about is named, all else has a sensible value."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from shared.ports.migrations import Commit
from state_schema.campaign import Campaign, Resource
from state_schema.events import Event, MigrationStarted, Recorded
from state_schema.gate import Gate
from state_schema.ids import migration_id
from state_schema.migration import Migration
from state_schema.plan import Plan
from state_schema.summary import Summary

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACTOR = "slack:T0ACME/U_OPERATOR"
PLAN = "airflow-3@1"
CAMPAIGN = "airflow-3"
A = "airflow-3/alpha"
B = "airflow-3/beta"


def a_plan(version: int = 1, name: str = "airflow-3", **changes: object) -> Plan:
    document = {
        "name": name,
        "version": version,
        "unit": "cluster",
        "environments": {"test": {"primary": True, "cluster_suffix": "-test", "size": 3, "spot": True}},
        "phases": [
            {
                "name": "migrate",
                "steps": [
                    {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
                    {"id": "items", "skill": "migrate_items", "with": {"path": "dags/{resource.id}"}},
                ],
            }
        ],
    }
    return Plan.model_validate(document | changes)


def a_campaign(campaign: str = CAMPAIGN, **changes: object) -> Campaign:
    document = {
        "campaign": campaign,
        "plan": PLAN,
        "channel": "C0MIGRATE",
        "resources": [{"id": "alpha", "wave": 1, "name": "Straße ✓"}, {"id": "beta", "wave": 2}],
        "waves": {1: {}, 2: {"after": 1}},
        "people": {"operators": [ACTOR]},
    }
    return Campaign.model_validate(document | changes)


def a_migration(migration: str = A, version: int = 1, **changes: object) -> Migration:
    campaign, _, resource = migration.partition("/")
    document = {
        "id": migration_id(campaign, resource),
        "campaign": campaign,
        "resource": Resource(id=resource),
        "plan": PLAN,
        "environments": ("test",),
        "version": version,
        "changed_at": NOW,
    }
    return Migration.model_validate(document | changes)


def a_record(number: int, event: Event | None = None, signal: str = "signal-1") -> Recorded:
    return Recorded(
        number=number,
        at=NOW,
        actor=ACTOR,
        signal=signal,
        event=event or MigrationStarted(),
        previous=_hash(number - 1) if number > 1 else "",
        hash=_hash(number),
    )


def a_summary(migration: str = A, version: int = 1, wave: int = 1, **changes: object) -> Summary:
    resource = migration.partition("/")[2]
    document = {
        "migration": migration,
        "resource": resource,
        "name": resource,
        "wave": wave,
        "owner": None,
        "status": "in_progress",
        "word": "deploy_pending",
        "current_step": "deploy",
        "last_done": "infra",
        "next_action": "wait",
        "actionable": False,
        "version": version,
        "changed_at": NOW,
    }
    return Summary.model_validate(document | changes)


def a_commit(
    migration: str = A,
    before: int = 0,
    events: int = 1,
    signal: str = "signal-1",
    **changes: Any,
) -> Commit:
    """A step that writes so many events on top of version `before`."""
    version = before + events
    given: dict[str, Any] = {
        "before": before,
        "state": a_migration(migration, version),
        "records": tuple(a_record(number, signal=signal) for number in range(before + 1, version + 1)),
        "summary": a_summary(migration, version),
    }
    return Commit(**(given | changes))


def a_gate(version: int, campaign: str = CAMPAIGN, **changes: object) -> Gate:
    return Gate.model_validate({"campaign": campaign, "version": version} | changes)


def _hash(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()
