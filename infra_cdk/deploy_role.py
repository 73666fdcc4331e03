"""The role with which a GitHub workflow deploys: no key is stored anywhere, GitHub's own token says which run it is."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from state_schema.stage import DeployRole as Settings

ISSUER = "token.actions.githubusercontent.com"
QUALIFIER = "hnb659fds"
"""Of the roles that `cdk bootstrap` makes."""
ROLES = ("deploy", "file-publishing", "lookup")


class DeployRole(Construct):
    """For one environment of one repository, and able to do one thing: assume the roles that `cdk bootstrap` made.

    These may do whatever the bootstrap lets CloudFormation do, which is everything unless it was told otherwise.
    """

    def __init__(self, scope: Construct, construct_id: str, *, deploy: Settings) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        if deploy.new_provider:
            made = iam.OidcProviderNative(self, "GitHub", url=f"https://{ISSUER}", client_ids=["sts.amazonaws.com"])
            made.apply_removal_policy(RemovalPolicy.RETAIN)  # an account has one for all that GitHub deploys
            provider = made.oidc_provider_arn
        else:
            provider = f"arn:{stack.partition}:iam::{stack.account}:oidc-provider/{ISSUER}"
        assumes = iam.PolicyStatement(
            actions=["sts:AssumeRole"], resources=[_bootstrapped(role, stack) for role in ROLES]
        )
        role = iam.Role(
            self,
            "Role",
            role_name="waymark-deploy",
            description=f"Waymark: deploys from {deploy.repository}, environment {deploy.environment}",
            assumed_by=iam.WebIdentityPrincipal(provider, _told_by(deploy)),
            inline_policies={"deploy": iam.PolicyDocument(statements=[assumes])},
            max_session_duration=Duration.hours(1),
        )
        CfnOutput(self, "Arn", value=role.role_arn).override_logical_id("DeployRoleArn")


def _told_by(deploy: Settings) -> dict[str, dict[str, object]]:
    """What GitHub's token must say. IAM wants a condition on the subject; a repository made after July 2026 has numeric ids in
    it (`acme@123/waymark@456`), so the claims of their own say exactly which one it is.
    """
    owner, name = deploy.repository.split("/")
    subjects = [f"repo:{one}:environment:{deploy.environment}" for one in (deploy.repository, f"{owner}@*/{name}@*")]
    exactly = {"aud": "sts.amazonaws.com", "repository": deploy.repository, "environment": deploy.environment}
    return {
        "StringEquals": {f"{ISSUER}:{claim}": value for claim, value in exactly.items()},
        "StringLike": {f"{ISSUER}:sub": subjects},
    }


def _bootstrapped(role: str, stack: Stack) -> str:
    name = f"cdk-{QUALIFIER}-{role}-role-{stack.account}-{stack.region}"
    return f"arn:{stack.partition}:iam::{stack.account}:role/{name}"
