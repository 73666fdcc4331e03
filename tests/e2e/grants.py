"""Takes a grant from a deployed function, as a template that lacks it would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from tests.e2e.deployed import function_name

POLICY = "waymark"


@contextmanager
def without(function: str, action: str) -> Iterator[None]:
    """Until the block ends, the function's role has no statement that allows `action`."""
    iam, role = boto3.client("iam"), _role(function)
    found: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]
    left = [statement for statement in found["Statement"] if action not in _actions(statement)]
    assert len(left) < len(found["Statement"]), f"{role} never had {action}"
    _put(role, {**found, "Statement": left})
    try:
        yield
    finally:
        _put(role, found)


def _role(function: str) -> str:
    configuration = boto3.client("lambda").get_function_configuration(FunctionName=function_name(function))
    return configuration["Role"].rpartition("/")[2]


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else actions


def _put(role: str, policy: dict[str, Any]) -> None:
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(policy))
