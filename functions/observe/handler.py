"""Looks where a sighting points."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.take_sightings`."""
    return bootstrap.take_sightings(event)
