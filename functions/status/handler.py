"""The status endpoint behind API Gateway's IAM or JWT authorizer: one HTTP request, read from the store."""

from typing import Any

from shared import bootstrap
from shared.app.answers import prepared
from shared.app.status import answer
from shared.observability import door_logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    return prepared(
        lambda: bootstrap.current().engine,
        lambda engine: answer(
            event, campaigns=engine.campaigns, index=engine.index, migrations=engine.migrations, history=engine.history
        ),
        door_logger("status"),
    )
