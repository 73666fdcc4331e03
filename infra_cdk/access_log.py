"""What the API logs of each request: one JSON object, with the id that our logs call `request`; no header, no body."""

import json
from typing import Final

import jsii
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs

FIELDS: Final = {
    "request": "$context.requestId",
    "at": "$context.requestTime",
    "source": "$context.identity.sourceIp",
    "agent": "$context.identity.userAgent",
    "caller": "$context.identity.userArn",
    "route": "$context.routeKey",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "length": "$context.responseLength",
    "error": "$context.error.message",
    "integration_error": "$context.integrationErrorMessage",
}


@jsii.implements(apigateway.IAccessLogSettings)
class AccessLog:
    """The settings of a stage that logs to `group`."""

    def __init__(self, group: logs.LogGroup) -> None:
        self._destination = apigateway.LogGroupLogDestination(group)
        self._format = rest.AccessLogFormat.custom(json.dumps(FIELDS))

    @property
    def destination(self) -> apigateway.LogGroupLogDestination:
        """Where it goes."""
        return self._destination

    @property
    def format(self) -> rest.AccessLogFormat:
        """One line."""
        return self._format
