"""Plans and campaigns on DynamoDB: a plan is put once, a campaign is saved under its version with one history item."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters import dynamodb_keys as keys
from shared.adapters.documents import applied, read, read_applied, read_campaign, stamp, written
from shared.adapters.dynamodb_client import (
    Item,
    all_items,
    calling,
    cancellations,
    is_condition_failure,
    packed,
    transact,
    unpacked,
)
from shared.adapters.dynamodb_commit import IS_NOT_THERE_YET, versioned
from shared.adapters.missing import no_campaign, no_plan, plan_named, published_otherwise
from shared.errors import StaleStateError
from shared.ports.campaigns import Applications, CampaignCommit
from state_schema.applied import CampaignApplied
from state_schema.campaign import Campaign
from state_schema.model import SCHEMA_VERSION
from state_schema.plan import Plan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class DynamoPlans:
    """The port Plans. What it has read it keeps: a published version never changes."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._kept: dict[str, Plan] = {}

    def publish(self, plan: Plan) -> bool:
        body = packed(written(plan), f"the plan {plan.ref}")
        with calling(f"publish the plan {plan.ref}"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={**keys.plan_key(plan.name, plan.version), "body": body},
                    ConditionExpression=IS_NOT_THERE_YET,
                )
            except ClientError as exc:
                if not is_condition_failure(exc):
                    raise
                if written(self._read(plan.ref)) != written(plan):
                    raise published_otherwise(plan) from exc
                return False
        return True

    def load(self, ref: str) -> Plan:
        if ref not in self._kept:
            self._kept[ref] = self._read(ref)
        return self._kept[ref]

    def _read(self, ref: str) -> Plan:
        with calling(f"read the plan {ref}"):
            answer = self._client.get_item(
                TableName=self._table, Key=keys.plan_key(*plan_named(ref)), ConsistentRead=True
            )
        if "Item" not in answer:
            raise no_plan(ref)
        return read(Plan, unpacked(answer["Item"]), f"the plan {ref}")


class DynamoCampaigns:
    """The port Campaigns."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, campaign: str) -> tuple[int, Campaign]:
        with calling(f"read the campaign {campaign}"):
            answer = self._client.get_item(
                TableName=self._table, Key=keys.key(keys.campaign_pk(campaign), keys.STATE), ConsistentRead=True
            )
        if "Item" not in answer:
            raise no_campaign(campaign)
        item = answer["Item"]
        return int(item["version"]["N"]), read_campaign(unpacked(item), campaign)

    def save(self, commit: CampaignCommit) -> None:
        doing = f"save the campaign {commit.campaign.id}"
        with calling(doing):
            try:
                transact(self._client, _actions(commit, self._table, self._tail(commit.campaign.id)), doing)
            except ClientError as exc:
                if not {"ConditionalCheckFailed", "TransactionConflict"}.isdisjoint(cancellations(exc)):
                    raise StaleStateError(f"{commit.campaign.id} was changed since version {commit.before}") from exc
                raise

    def history(self, campaign: str) -> Applications:
        items = all_items(
            self._client,
            f"read the history of {campaign}",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": keys.campaign_pk(campaign)}, ":prefix": {"S": keys.EVENT_PREFIX}},
        )
        tail = self._tail(campaign)
        return Applications(tuple(_applied(item, campaign) for item in items), tail)

    def _tail(self, campaign: str) -> str:
        """A save that this is out of date for finds another version of the campaign, too."""
        with calling(f"read the campaign {campaign}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=keys.key(keys.campaign_pk(campaign), keys.STATE),
                ConsistentRead=True,
                ProjectionExpression="tail",
            )
        return answer.get("Item", {}).get("tail", {}).get("S", "")

    def names(self) -> Sequence[str]:
        items = all_items(
            self._client,
            "list the campaigns",
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.CAMPAIGNS}},
        )
        return tuple(item["sk"]["S"] for item in items)


def _applied(item: Item, campaign: str) -> CampaignApplied:
    """An item from before there was a chain has no hash; the first of the chain has none of the one before."""
    beside: dict[str, object] = {name: item[name]["S"] for name in ("at", "actor", "previous", "hash") if name in item}
    if "hash" in beside:
        beside.setdefault("previous", "")
    number = int(item["sk"]["S"].removeprefix(keys.EVENT_PREFIX))
    version = int(item["schema_version"]["N"])
    return read_applied({"schema_version": version, "number": number, **beside}, unpacked(item), campaign)


def _actions(commit: CampaignCommit, table: str, tail: str) -> list["TransactWriteItemTypeDef"]:
    """The campaign under its version, its history item, and its row in the list of campaigns."""
    campaign, version, record = commit.campaign, commit.before + 1, applied(commit, tail)
    document: Item = {
        "body": packed(written(campaign), f"the campaign {campaign.id}"),
        "schema_version": {"N": str(SCHEMA_VERSION)},
    }
    pk = keys.campaign_pk(campaign.id)
    state: Item = {
        **keys.key(pk, keys.STATE),
        **document,
        "version": {"N": str(version)},
        "tail": {"S": record.hash or ""},
    }
    event: Item = {
        **keys.key(pk, keys.event_sk(version)),
        **document,
        "actor": {"S": commit.actor},
        "at": {"S": stamp(commit.at)},
        "hash": {"S": record.hash or ""},
    }
    if tail:
        event["previous"] = {"S": tail}
    return [
        {"Put": versioned(table, state, commit.before)},
        {"Put": {"TableName": table, "Item": event, "ConditionExpression": IS_NOT_THERE_YET}},
        {"Put": {"TableName": table, "Item": keys.key(keys.CAMPAIGNS, campaign.id)}},
    ]
