"""Deals with one dead letter: keeps a person's act, ends an order, drops what comes again by itself."""

from typing import Any

from functions.park.dead_letters import take_dead_letters
from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return take_dead_letters(event, bootstrap.current())
