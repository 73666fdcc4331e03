"""What cdk-nag's AwsSolutions rules find and we leave as it is, each with the reason, on the construct that it is about."""

from aws_cdk import Acknowledgment, Stack, Token, Validations
from constructs import IConstruct

from infra_cdk.arns import log_group_name
from infra_cdk.grants import REASONS, is_traced

_DOOR = "A door is for GitHub and Slack, which cannot sign for AWS: it checks their own signatures on the raw body."
_RUNTIME = (
    "The stage says which Python, the one that the bundles were built and locked for; `provided` is the local AWS's."
)
_ROTATION = "GitHub and Slack make these credentials and no API rotates them; the README says how a person does."


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Says why this finding of `rule`, `<id>` or `<id>[<finding>]`, stands."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def acknowledge_runtime(function: IConstruct) -> None:
    """A runtime that is not the newest."""
    acknowledge(function, "AwsSolutions-L1", _RUNTIME)


def acknowledge_wildcards(role: IConstruct, function: str) -> None:
    """The wildcards of a function's role, with the reasons of the table of grants."""
    stack = Stack.of(role)
    account = "<AWS::AccountId>" if Token.is_unresolved(stack.account) else stack.account
    logs = f"arn:<AWS::Partition>:logs:{stack.region}:{account}:log-group:{log_group_name(function)}:*"
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{logs}]", REASONS["logs:PutLogEvents"])
    if is_traced(function):
        acknowledge(role, "AwsSolutions-IAM5[Resource::*]", REASONS["xray:PutTraceSegments"])


def acknowledge_door(route: IConstruct) -> None:
    """A route that anybody can call."""
    acknowledge(route, "AwsSolutions-APIG4", _DOOR)


def acknowledge_secret(secret: IConstruct) -> None:
    """A secret without a rotation of AWS's."""
    acknowledge(secret, "AwsSolutions-SMG4", _ROTATION)
