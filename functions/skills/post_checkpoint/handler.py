"""Keeps the Slack cards in step with the state."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.post_cards`."""
    return bootstrap.post_cards(event)
