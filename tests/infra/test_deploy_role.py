"""Who may deploy: one environment of one repository, through the roles that `cdk bootstrap` made."""

from typing import Any

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra_cdk.deploy_role import DeployRole
from state_schema.stage import DeployRole as Settings
from tests.infra.conftest import Synthesised, plain


def the_role(synthesised: Synthesised) -> dict[str, Any]:
    roles = [one["Properties"] for one in synthesised.of_type("AWS::IAM::Role").values()]
    found: list[dict[str, Any]] = [one for one in roles if one.get("RoleName") == "waymark-deploy"]
    return found[0]


def test_the_role_is_for_one_environment_of_one_repository(production: Synthesised) -> None:
    (trust,) = the_role(production)["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:repository": "acme/waymark",
            "token.actions.githubusercontent.com:environment": "example",
        },
        "StringLike": {
            "token.actions.githubusercontent.com:sub": [
                "repo:acme/waymark:environment:example",
                "repo:acme@*/waymark@*:environment:example",
            ]
        },
    }


def test_it_can_only_become_what_cdk_bootstrap_made(production: Synthesised) -> None:
    ((statement,),) = (policy["PolicyDocument"]["Statement"] for policy in the_role(production)["Policies"])
    where = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds"

    assert statement["Action"] == "sts:AssumeRole"
    assert [plain(one) for one in statement["Resource"]] == [
        f"{where}-{role}-role-${{AWS::AccountId}}-eu-central-1" for role in ("deploy", "file-publishing", "lookup")
    ]


def test_a_provider_that_the_account_has_already_is_used() -> None:
    stack = Stack(App(analytics_reporting=False), "Role")
    DeployRole(stack, "Deploy", deploy=Settings(repository="acme/waymark", new_provider=False))
    template = Template.from_stack(stack)

    assert template.find_resources("AWS::IAM::OIDCProvider") == {}
