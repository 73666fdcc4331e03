"""Least privilege, read off the synthesised template: each function may do what the table of grants says, and no more."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra_cdk.grants import ALERTS, ANYTHING, EFFECTS, GRANTS, KEY, OWN_LOG, REASONS, STATE, Grant, grants_of
from infra_cdk.permissions import FILE, document
from shared import names
from tests.infra.conftest import Synthesised, plain

Allowed = tuple[list[str], list[str], str]
"""Actions, resources, condition; sorted."""
HERE = "eu-central-1:${AWS::AccountId}"


def arn(resource: str, function: str) -> str:
    """As AWS writes the ARN, and not as our constructs do."""
    name = f"waymark-{function.replace('_', '-')}"
    if resource == OWN_LOG:
        return f"arn:${{AWS::Partition}}:logs:{HERE}:log-group:/aws/lambda/{name}:*"
    if resource == ALERTS:
        return f"arn:${{AWS::Partition}}:sns:{HERE}:waymark-alerts"
    if resource in names.SECRETS:
        return f"arn:${{AWS::Partition}}:secretsmanager:{HERE}:secret:waymark/{resource}-??????"
    if resource.startswith("waymark-"):
        table, _, index = resource.partition("/")
        return f"arn:${{AWS::Partition}}:dynamodb:{HERE}:table/{table}" + (f"/index/{index}" if index else "")
    fifo = ".fifo" if names.is_fifo(resource) else ""
    return f"arn:${{AWS::Partition}}:sqs:{HERE}:waymark-{resource}{fifo}"


def the_key(synthesised: Synthesised) -> str:
    (export,) = synthesised.templates["WaymarkData"]["Outputs"].values()
    (key,) = synthesised.of_type("AWS::KMS::Key")
    assert plain(export["Value"]) == "${" + f"{key}.Arn" + "}"
    return f"${{import {export['Export']['Name']}}}"


def expected(grant: Grant, function: str, synthesised: Synthesised) -> Allowed:
    resources = [
        ANYTHING if one == ANYTHING else the_key(synthesised) if one == KEY else arn(one, function)
        for one in grant.resources
    ]
    condition = ""
    if grant.keys:
        condition = str({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(grant.keys)}})
    if grant.via:
        condition = str({"StringEquals": {"kms:ViaService": f"{grant.via}.eu-central-1.amazonaws.com"}})
    return sorted(grant.actions), sorted(resources), condition


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(statement: dict[str, Any]) -> Allowed:
    assert statement["Effect"] == "Allow"
    resources = [plain(one) for one in as_list(statement["Resource"])]
    return sorted(as_list(statement["Action"])), sorted(resources), str(with_lists(statement.get("Condition")) or "")


def with_lists(condition: Any) -> Any:
    """CDK writes a list of one as the one."""
    if condition and "ForAllValues:StringLike" in condition:
        ((key, values),) = condition["ForAllValues:StringLike"].items()
        return {"ForAllValues:StringLike": {key: as_list(values)}}
    return condition


def role_of(function: str, synthesised: Synthesised) -> dict[str, Any]:
    role = synthesised.function(function)["Role"]["Fn::GetAtt"][0]
    properties: dict[str, Any] = synthesised.of_type("AWS::IAM::Role")[role]["Properties"]
    return properties


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def may(function: str, synthesised: Synthesised) -> Iterator[tuple[str, str]]:
    for statement in statements(role_of(function, synthesised)):
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield action, plain(resource)


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_a_function_may_do_exactly_what_the_table_says(function: str, production: Synthesised) -> None:
    found = [allowed(statement) for statement in statements(role_of(function, production))]

    assert sorted(found) == sorted(expected(one, function, production) for one in grants_of(function))


def test_every_function_has_a_line_of_the_table_and_a_role_of_its_own(production: Synthesised) -> None:
    roles = [production.function(function)["Role"]["Fn::GetAtt"][0] for function in names.FUNCTIONS]

    assert sorted(GRANTS) == sorted(names.FUNCTIONS)
    assert len(set(roles)) == len(names.FUNCTIONS)


def test_nothing_but_the_roles_themselves_gives_a_permission(production: Synthesised) -> None:
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group"):
        assert production.of_type(kind) == {}
    for role in production.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role["Properties"]


def test_a_function_role_is_for_lambda_alone(production: Synthesised) -> None:
    for function in names.FUNCTIONS:
        (trust,) = role_of(function, production)["AssumeRolePolicyDocument"]["Statement"]
        assert trust == {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }


@pytest.mark.parametrize("function", ["advance", "commands", "status", "park", "batch"])
def test_what_decides_cannot_reach_any_secret(function: str, production: Synthesised) -> None:
    assert [action for action, _ in may(function, production) if action.startswith("secretsmanager:")] == []


def test_the_key_of_the_github_app_is_read_only_by_what_talks_to_github(production: Synthesised) -> None:
    key = arn(names.GITHUB_APP_KEY, "")
    readers = {
        function for function in names.FUNCTIONS if ("secretsmanager:GetSecretValue", key) in may(function, production)
    }

    assert readers == {"observe", "post_comment", "open_pull_request", "rewrite_dags", "run_workflow"}


@pytest.mark.parametrize(
    "function", [*names.SKILL_NAMES, "post_checkpoint", "post_comment", "observe", "status", "batch"]
)
def test_a_skill_cannot_write_the_state_table_at_all(function: str, production: Synthesised) -> None:
    state = [action for action, resource in may(function, production) if f"table/{STATE}" in resource]

    assert set(state) <= {"dynamodb:GetItem", "dynamodb:Query"}


def test_the_state_is_written_by_steps_the_sweep_and_parking_alone(production: Synthesised) -> None:
    writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    state, effects = arn(STATE, ""), arn(EFFECTS, "")
    writers = {
        table: {one for one in names.FUNCTIONS if any((write, table) in may(one, production) for write in writes)}
        for table in (state, effects)
    }

    assert writers[state] == {"advance", "commands", "sweep", "park"}
    assert writers[effects] == {*names.SKILL_NAMES, "post_checkpoint"}


def test_a_door_can_only_send_and_read_its_own_secrets(production: Synthesised) -> None:
    for door in names.DOORS:
        actions = {action for action, _ in may(door, production) if not action.startswith("logs:")}
        assert actions == {"sqs:SendMessage", "secretsmanager:GetSecretValue", "kms:Decrypt"}


@pytest.mark.parametrize("stage", ["production", "local"])
def test_each_wildcard_has_a_written_reason(stage: str, request: pytest.FixtureRequest) -> None:
    synthesised: Synthesised = request.getfixturevalue(stage)
    wild = set()
    for statement in every_statement(synthesised.templates):
        if statement["Effect"] == "Deny":
            continue
        on_anything = any("*" in plain(one) or "?" in plain(one) for one in as_list(statement.get("Resource", [])))
        wild |= {one for one in as_list(statement["Action"]) if on_anything or "*" in one}

    assert wild == set(REASONS)


def every_statement(value: Any) -> Iterator[dict[str, Any]]:
    """Of roles, of resource policies and of the key."""
    match value:
        case {"Effect": _, "Action": _}:
            yield value
        case dict():
            for inner in value.values():
                yield from every_statement(inner)
        case list():
            for inner in value:
                yield from every_statement(inner)


def test_the_written_permissions_are_the_table() -> None:
    assert FILE.read_text() == document(), "run `make reference`"
