"""The door for commands over HTTP: `POST /v1/campaigns/{campaign}/commands` behind API Gateway's IAM or JWT authorizer."""

from secrets import token_hex
from typing import Any

from shared import bootstrap
from shared.app.command_door import take_command
from shared.observability import door_logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an API Gateway HTTP API event (payload format 2.0)."""
    composition = bootstrap.current()
    engine, log = composition.engine, door_logger("commands")
    now, nonce = composition.clock(), token_hex(16)
    return take_command(event, store=engine.store, outbox=engine.outbox, now=now, log=log, nonce=nonce)
