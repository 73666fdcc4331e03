"""The door for commands over HTTP: `POST /v1/campaigns/{campaign}/commands` behind API Gateway's IAM or JWT authorizer."""

from secrets import token_hex
from typing import Any

from shared import bootstrap
from shared.app.answers import prepared
from shared.app.command_door import take_command
from shared.observability import door_logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    log = door_logger("commands")
    return prepared(
        bootstrap.current,
        lambda made: take_command(
            event,
            store=made.engine.store,
            outbox=made.engine.outbox,
            now=made.clock(),
            log=log,
            nonce=token_hex(16),
        ),
        log,
    )
