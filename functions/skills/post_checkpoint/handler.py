"""Keeps the Slack cards in step with the state."""

from typing import Any

from functions.skills.post_checkpoint.cards import take_cards
from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return take_cards(event, bootstrap.current())
