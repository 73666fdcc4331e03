"""The door for commands over HTTP: `POST /v1/campaigns/{campaign}/commands` behind API Gateway's IAM or JWT authorizer."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    return bootstrap.command(event)
