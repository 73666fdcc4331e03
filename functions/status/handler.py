"""The status endpoint behind API Gateway's IAM or JWT authorizer: one HTTP request, read from the store."""

from typing import Any

from shared import bootstrap
from shared.app.status import answer


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    engine = bootstrap.current().engine
    return answer(
        event, campaigns=engine.campaigns, index=engine.index, migrations=engine.migrations, history=engine.history
    )
