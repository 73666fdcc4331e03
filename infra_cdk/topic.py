"""The topic of all alarms and escalations: e-mail and a pager hear of them."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra_cdk.arns import topic_name
from state_schema.stage import AlarmStage


class Topic(sns.Topic):
    """Encrypted, TLS-only. Whoever is subscribed by e-mail has to confirm it once."""

    def __init__(self, scope: Construct, construct_id: str, *, alarms: AlarmStage, key: kms.IKey) -> None:
        super().__init__(
            scope,
            construct_id,
            topic_name=topic_name(),
            display_name="Waymark",
            master_key=key,
            enforce_ssl=True,
        )
        # A policy of one's own replaces the default one, which let the account's alarms publish.
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        for email in alarms.emails:
            self.add_subscription(subscriptions.EmailSubscription(email))
        if alarms.pager is not None:
            self.add_subscription(subscriptions.UrlSubscription(alarms.pager))
