"""Ticks what is due, once a minute."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.sweep_due`."""
    return bootstrap.sweep_due(event)
