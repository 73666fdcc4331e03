"""The entries of Secrets Manager, without values: a person stores those, so that none is ever in a template or a setting."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.acknowledged import acknowledge_secret
from infra_cdk.arns import SECRETS_PREFIX
from shared import names

DESCRIPTIONS: Final[Mapping[str, str]] = {
    names.GITHUB_WEBHOOK_SECRET: (
        "The secret of the GitHub App's webhook. To rotate: store a new one here, then set it in the App; deliveries that "
        "fail in the five minutes until functions read it again are made good by the sweep."
    ),
    names.GITHUB_APP_KEY: (
        "The GitHub App's private key (PEM). To rotate: generate a second key in the App, store it here, delete the old one "
        "in the App after ten minutes."
    ),
    names.SLACK_SIGNING_SECRET: (
        "The Slack app's signing secret. To rotate: regenerate it in the app and store it here at once; Slack's requests are "
        "refused until functions read it again, five minutes later at most."
    ),
    names.SLACK_BOT_TOKEN: (
        "The Slack app's bot token (xoxb-). To rotate: reinstall the app, store the new token here; cards wait meanwhile."
    ),
    names.DEPLOYMENT_TOKEN: (
        "The bearer token of the deployments' API. To rotate: make a second one there, store it here, revoke the old one "
        "after ten minutes."
    ),
}
"""What each is, and how it is rotated. A function keeps what it has read for five minutes."""


class Secrets(Construct):
    """One entry for each secret that a deployed function may read; encrypted with our key, retained."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        for name, description in DESCRIPTIONS.items():
            entry = secretsmanager.CfnSecret(
                self, name, name=SECRETS_PREFIX + name, description=description, kms_key_id=key.key_arn
            )
            entry.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            acknowledge_secret(entry)
