"""What one step writes, as the actions of one transaction, each under the condition that settles its race."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import checked_state, stamp, written
from shared.adapters.dynamodb_client import Item, packed
from shared.ports.migrations import Commit
from state_schema.gate import Gate
from state_schema.model import SCHEMA_VERSION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

#   writer A                     the item                     writer B
#   load: version 7  <---------- version 7 ----------------> load: version 7
#   decide                                                    decide
#   put version 8 if 7 --------> version 8
#                                version 8 <----------------- put version 8 if 7
#                                          refused ---------> load: version 8, decide again
#
# The same for a state and for a gate, which has a version of its own: two migrations that both want the last slot write
# different states and the same gate.
IS_STILL_THE_LOADED_VERSION: Final = "#version = :before"
IS_NOT_THERE_YET: Final = "attribute_not_exists(pk)"


def actions_of(commit: Commit, table: str) -> Iterator["TransactWriteItemTypeDef"]:
    """The state first, so that the first of DynamoDB's cancellation reasons is the state's; then gate, events, watches."""
    yield {"Put": versioned(table, state_item(commit), commit.before)}
    if commit.gate is not None:
        yield {"Put": versioned(table, gate_item(commit.gate), commit.gate.version - 1)}
    for item in _event_items(commit):
        yield {"Put": {"TableName": table, "Item": item, "ConditionExpression": IS_NOT_THERE_YET}}
    for watch in sorted(commit.opened):
        yield {"Put": {"TableName": table, "Item": keys.watch_key(watch)}}
    for watch in sorted(commit.closed - commit.opened):  # two actions on one item would be refused
        yield {"Delete": {"TableName": table, "Key": keys.watch_key(watch)}}


def versioned(table: str, item: Item, before: int) -> "PutTypeDef":
    """A put that wins only over version `before`; 0: only where nothing is there."""
    if before == 0:
        return {"TableName": table, "Item": item, "ConditionExpression": IS_NOT_THERE_YET}
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": IS_STILL_THE_LOADED_VERSION,
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":before": {"N": str(before)}},
    }


def state_item(commit: Commit) -> Item:
    """The state, and beside the fold what the two indexes and the next step's hash chain need."""
    state, summary = commit.state, commit.summary
    item: Item = {
        **keys.key(keys.migration_pk(state.id), keys.STATE),
        "body": {"S": checked_state(commit)},
        "version": {"N": str(state.version)},
        "schema_version": {"N": str(SCHEMA_VERSION)},
        "tail": {"S": commit.records[-1].hash},
        "campaign_key": {"S": keys.campaign_pk(state.campaign)},
        "campaign_sort": {"S": keys.campaign_sort(summary.wave, summary.resource)},
        "summary": {"S": written(summary)},
    }
    if commit.next_check_at is not None:
        item["due_shard"] = {"S": keys.due_shard_of(state.id)}
        item["next_check_at"] = {"S": stamp(commit.next_check_at)}
    return item


def gate_item(gate: Gate) -> Item:
    """The gate as an item; it is put under its own version."""
    return {
        **keys.key(keys.campaign_pk(gate.campaign), keys.GATE),
        "body": packed(written(gate), f"the gate of {gate.campaign}"),
        "version": {"N": str(gate.version)},
        "schema_version": {"N": str(SCHEMA_VERSION)},
    }


def _event_items(commit: Commit) -> Iterator[Item]:
    for record in commit.records:
        yield {
            **keys.key(keys.migration_pk(commit.state.id), keys.event_sk(record.number)),
            "body": packed(written(record), f"event {record.number} of {commit.state.id}"),
            "schema_version": {"N": str(SCHEMA_VERSION)},
        }
