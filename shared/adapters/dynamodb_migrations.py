"""Migrations on DynamoDB: one TransactGetItems reads what a step needs, one TransactWriteItems writes what it did."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import campaign_of, read, read_campaign
from shared.adapters.dynamodb_client import calling, cancellations, transact, unpacked
from shared.adapters.dynamodb_commit import actions_of
from shared.adapters.dynamodb_groups import groups_key, read_memberships
from shared.adapters.missing import no_campaign, no_migration
from shared.domain.view import View
from shared.errors import BROKEN, PermanentError, StaleStateError
from shared.ports.campaigns import Plans
from shared.ports.migrations import Commit, Loaded
from state_schema.gate import Gate
from state_schema.migration import Migration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

GUARDED: Final = 2
"""The first actions of a commit: the state and, where it changed, the gate."""


class DynamoMigrations:
    """The port Migrations on the table `table`; `plans` should keep what it has read, because each load asks for one."""

    def __init__(self, client: "DynamoDBClient", table: str, plans: Plans) -> None:
        self._client = client
        self._table = table
        self._plans = plans

    def load(self, migration: str) -> Loaded:
        campaign = campaign_of(migration)
        stored, whole, gate, members = self._snapshot(migration, campaign)
        if not stored:
            raise no_migration(migration)
        if not whole:
            raise no_campaign(campaign)
        state = read(Migration, unpacked(stored), f"the state of {migration}", "migration")
        view = View(
            state=state,
            plan=self._plans.load(state.plan),
            campaign=read_campaign(unpacked(whole), campaign),
            gate=read(Gate, unpacked(gate), f"the gate of {campaign}", "gate") if gate else Gate(campaign=campaign),
            groups=read_memberships(members, campaign).groups if members else {},
        )
        return Loaded(view, stored["tail"]["S"])

    def save(self, commit: Commit) -> None:
        doing = f"save {commit.state.id}"
        with calling(doing):
            try:
                transact(self._client, list(actions_of(commit, self._table)), doing)
            except ClientError as exc:
                _settle(commit, exc)
                raise

    def _snapshot(self, migration: str, campaign: str) -> tuple[dict[str, "AttributeValueTypeDef"], ...]:
        wanted = (
            keys.key(keys.migration_pk(migration), keys.STATE),
            keys.key(keys.campaign_pk(campaign), keys.STATE),
            keys.key(keys.campaign_pk(campaign), keys.GATE),
            groups_key(campaign),
        )
        with calling(f"load {migration}"):
            answer = self._client.transact_get_items(
                TransactItems=[{"Get": {"TableName": self._table, "Key": key}} for key in wanted]
            )
        return tuple(response.get("Item", {}) for response in answer["Responses"])


def _settle(commit: Commit, error: ClientError) -> None:
    """StaleStateError where another writer was faster, or is writing now: loading again shows what it wrote.

    PermanentError where only an event was there already: the state does not fit its history, and no reload helps.
    """
    why = cancellations(error)
    guarded = why[: GUARDED if commit.gate else 1]
    if "ConditionalCheckFailed" in guarded or "TransactionConflict" in why:
        raise StaleStateError(f"{commit.state.id} or its gate was changed since version {commit.before}") from error
    if "ConditionalCheckFailed" in why:
        raise PermanentError(
            f"{commit.state.id} is at version {commit.before}, but later events are stored: restore the state", BROKEN
        ) from error
