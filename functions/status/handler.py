"""Wiring of the status endpoint: one HTTP request, read from the store."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    return bootstrap.status(event)
