"""Advances one migration by one signal."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.take_signals`."""
    return bootstrap.take_signals(event)
