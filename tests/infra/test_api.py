"""The HTTP API: which routes there are, who may call them, and what it says about it."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra_cdk.api import Api
from infra_cdk.arns import Arns
from infra_cdk.deployed import Deployed
from infra_cdk.stacks import environment
from infra_cdk.stage_file import read_stage
from sandbox import web
from shared import names
from state_schema.stage import ApiStage, JwtCallers
from tests.infra.conftest import Synthesised

DOORS = {"POST /github/webhooks", "POST /slack/commands", "POST /slack/interactions"}
GUARDED = {"GET /campaigns", "GET /campaigns/{proxy+}", "POST /v1/campaigns/{campaign}/commands"}


def routes(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    properties = [one["Properties"] for one in found.values()]
    return {one["RouteKey"]: one["AuthorizationType"] for one in properties}


def test_only_the_doors_are_public_and_people_are_verified_by_iam(production: Synthesised) -> None:
    expected = dict.fromkeys(DOORS, "NONE") | dict.fromkeys(GUARDED, "AWS_IAM")

    assert routes(production.of_type("AWS::ApiGatewayV2::Route")) == expected
    assert production.of_type("AWS::Lambda::Url") == {}


def test_people_are_verified_by_a_jwt_where_the_stage_names_its_issuer(bundles: Path) -> None:
    callers = JwtCallers(issuer="https://login.example.com", audience=("waymark",))
    stage = read_stage("example").model_copy(update={"api": ApiStage(jwt=callers)})
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    stack = Stack(app, "Jwt", env=environment(stage))
    Api(stack, "Doors", deployed=Deployed(stage, bundles, Arns(stack, "arn:aws:kms:eu-central-1:111122223333:key/1")))
    template = Template.from_stack(stack)

    (authorizer,) = template.find_resources("AWS::ApiGatewayV2::Authorizer").values()
    assert routes(template.find_resources("AWS::ApiGatewayV2::Route")) == dict.fromkeys(DOORS, "NONE") | dict.fromkeys(
        GUARDED, "JWT"
    )
    assert authorizer["Properties"]["JwtConfiguration"] == {
        "Audience": ["waymark"],
        "Issuer": "https://login.example.com",
    }


def test_the_doors_are_where_the_sandbox_has_them() -> None:
    assert {f"POST {path}" for path in (web.GITHUB, web.COMMANDS, web.INTERACTIONS)} == DOORS


def test_each_route_leads_to_its_function_in_payload_2(production: Synthesised) -> None:
    integrations = production.of_type("AWS::ApiGatewayV2::Integration").values()

    assert len(integrations) == len(names.DOORS + names.ROUTES)
    assert {one["Properties"]["PayloadFormatVersion"] for one in integrations} == {"2.0"}


def test_too_many_requests_are_refused_and_each_is_logged_without_its_body(production: Synthesised) -> None:
    (stage,) = production.of_type("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["AccessLogSettings"]
    logged = json.loads(settings["Format"])

    assert stage["Properties"]["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}
    assert logged["request"] == "$context.requestId"
    assert not any("header" in value or "body" in value for value in logged.values())


def test_functions_can_be_called_by_the_api_and_by_rules_of_this_account_alone(production: Synthesised) -> None:
    for permission in production.of_type("AWS::Lambda::Permission").values():
        given = permission["Properties"]
        assert given["Principal"] in {"apigateway.amazonaws.com", "events.amazonaws.com"}
        assert "SourceArn" in given


@pytest.mark.parametrize("stage", ["production", "local"])
def test_the_address_of_the_api_is_told(stage: str, request: pytest.FixtureRequest) -> None:
    synthesised: Synthesised = request.getfixturevalue(stage)

    assert "ApiUrl" in synthesised.templates["WaymarkApp"]["Outputs"]
