"""The two tables: `state`, which only advance, sweep and parking write, and `effects`, which only skills write."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from shared import names


class Tables(Construct):
    """On demand, encrypted, restorable to any point of the last 35 days, and protected against deletion."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.state = dynamodb.TableV2(
            self,
            "State",
            table_name=names.STATE_TABLE,
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=names.BY_CAMPAIGN,
                    partition_key=_text("campaign_key"),
                    sort_key=_text("campaign_sort"),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=["summary"],
                ),
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=names.BY_DUE,
                    partition_key=_text("due_shard"),
                    sort_key=_text("next_check_at"),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                ),
            ],
        )
        self.effects = dynamodb.TableV2(
            self,
            "Effects",
            table_name=names.EFFECTS_TABLE,
            partition_key=_text("pk"),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            time_to_live_attribute="expiration",
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
