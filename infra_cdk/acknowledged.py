"""What cdk-nag's AwsSolutions rules find and we leave as it is, each with the reason, on the construct that it is about."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

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


def acknowledge_door(route: IConstruct) -> None:
    """A route that anybody can call."""
    acknowledge(route, "AwsSolutions-APIG4", _DOOR)


def acknowledge_secret(secret: IConstruct) -> None:
    """A secret without a rotation of AWS's."""
    acknowledge(secret, "AwsSolutions-SMG4", _ROTATION)
