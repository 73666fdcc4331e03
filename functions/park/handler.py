"""Deals with one dead letter: keeps a person's act, ends an order, drops what comes again by itself."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.park_dead_letters`."""
    return bootstrap.park_dead_letters(event)
