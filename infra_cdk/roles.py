"""A role of its own for each function, with the statements of the table of grants and nothing else."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra_cdk.arns import Arns
from infra_cdk.grants import Grant, grants_of


class FunctionRole(iam.Role):
    """The role of `function`. What CDK would add to it by itself is not taken: see `without_policy_updates`."""

    def __init__(self, scope: Construct, construct_id: str, *, function: str, arns: Arns) -> None:
        statements = [_statement(grant, function, arns) for grant in grants_of(function)]
        super().__init__(
            scope,
            construct_id,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What Waymark's function {function} may do; see docs/permissions.md",
            inline_policies={"waymark": iam.PolicyDocument(statements=statements, minimize=False)},
        )


def _statement(grant: Grant, function: str, arns: Arns) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=list(grant.actions),
        resources=[arns.of(resource, function) for resource in grant.resources],
        conditions=_conditions(grant, arns),
    )


def _conditions(grant: Grant, arns: Arns) -> dict[str, object]:
    if grant.keys:
        return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(grant.keys)}}
    if grant.via:
        return {"StringEquals": {"kms:ViaService": f"{grant.via}.{arns.stack.region}.amazonaws.com"}}
    return {}
