"""The customer-managed key of tables, secrets and topic: who may use it is ours to say, and its use can be seen and ended."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

ALIAS = "alias/waymark"


class Key(kms.Key):
    """Rotated each year, retained; CloudWatch's alarms may use it for the topic, functions as their roles say."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            alias=ALIAS,
            description="Waymark: tables, secrets, alerts",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsWriteToTheEncryptedTopic",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
