"""The two tables: `state`, which steps, the sweep and parking write, and `effects`, which only skills and cards write."""

from typing import TypedDict

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from shared import names


class Tables(Construct):
    """On demand, encrypted with our key, restorable to any point of the last 35 days, and protected against deletion."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.state = dynamodb.TableV2(
            self,
            "State",
            table_name=names.STATE_TABLE,
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            global_secondary_indexes=[_by_campaign(), _by_due()],
            **_kept_safe(key),
        )
        self.effects = dynamodb.TableV2(
            self,
            "Effects",
            table_name=names.EFFECTS_TABLE,
            partition_key=_text("pk"),
            time_to_live_attribute="expiration",
            **_kept_safe(key),
        )


class _KeptSafe(TypedDict):
    billing: dynamodb.Billing
    encryption: dynamodb.TableEncryptionV2
    point_in_time_recovery_specification: dynamodb.PointInTimeRecoverySpecification
    deletion_protection: bool
    removal_policy: RemovalPolicy


def _kept_safe(key: kms.IKey) -> _KeptSafe:
    return {
        "billing": dynamodb.Billing.on_demand(),
        "encryption": dynamodb.TableEncryptionV2.customer_managed_key(key),
        "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        "deletion_protection": True,
        "removal_policy": RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    }


def _by_campaign() -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=names.BY_CAMPAIGN,
        partition_key=_text("campaign_key"),
        sort_key=_text("campaign_sort"),
        projection_type=dynamodb.ProjectionType.INCLUDE,
        non_key_attributes=["summary"],
    )


def _by_due() -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=names.BY_DUE,
        partition_key=_text("due_shard"),
        sort_key=_text("next_check_at"),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
