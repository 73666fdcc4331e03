"""The HTTP API: the doors, which check signatures themselves, and the routes for people, which IAM or a JWT guards."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import CfnOutput
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.access_log import AccessLog
from infra_cdk.acknowledged import acknowledge_door
from infra_cdk.deployed import Deployed
from infra_cdk.function import WaymarkFunction
from infra_cdk.log_groups import log_group
from shared import names
from state_schema.stage import ApiStage

ROUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "github_webhook": ("POST /github/webhooks",),
    "slack": ("POST /slack/commands", "POST /slack/interactions"),
    "status": ("GET /campaigns", "GET /campaigns/{proxy+}"),
    "commands": ("POST /v1/campaigns/{campaign}/commands",),
}
"""Function to its routes; what is not here is a 404 of the API's own."""
LOG_GROUP: Final = "/aws/vendedlogs/waymark-api"
"""What begins so needs no line in the account's one policy for log deliveries, whose size is limited."""


class Api(Construct):
    """The API with its one stage, which throttles and logs every request; its address is the output `ApiUrl`."""

    def __init__(self, scope: Construct, construct_id: str, *, deployed: Deployed) -> None:
        super().__init__(scope, construct_id)
        stage = deployed.stage
        self.api = apigateway.HttpApi(
            self, "Api", api_name="waymark", description="Waymark", create_default_stage=False
        )
        self.log = log_group(self, "AccessLog", LOG_GROUP, stage)
        deployment = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=stage.api.rate, burst_limit=stage.api.burst),
            access_log_settings=AccessLog(self.log),
        )
        self.logs: dict[str, logs.ILogGroup] = {}
        guard = _guard(stage.api)
        for function in ROUTES:
            self._route(function, deployed, None if function in names.DOORS else guard)
        CfnOutput(self, "Url", value=deployment.url).override_logical_id("ApiUrl")

    def _route(self, function: str, deployed: Deployed, guard: apigateway.IHttpRouteAuthorizer | None) -> None:
        made = WaymarkFunction(self, f"Door-{function}", function=function, deployed=deployed)
        self.logs[function] = made.log
        integration = integrations.HttpLambdaIntegration(f"To-{function}", made.function)
        for route in ROUTES[function]:
            method, path = route.split()
            (added,) = self.api.add_routes(
                path=path,
                methods=[apigateway.HttpMethod(method)],
                integration=integration,
                authorizer=guard,
            )
            if guard is None:
                acknowledge_door(added)


def _guard(api: ApiStage) -> apigateway.IHttpRouteAuthorizer:
    """Callers sign with AWS IAM, and need `execute-api:Invoke`; or they bring a JWT of the stage's issuer."""
    if api.jwt is None:
        return authorizers.HttpIamAuthorizer()
    return authorizers.HttpJwtAuthorizer("Callers", api.jwt.issuer, jwt_audience=list(api.jwt.audience))
