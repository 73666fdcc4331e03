"""Looks where a sighting points."""

from typing import Any

from functions.observe.sightings import take_sightings
from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return take_sightings(event, bootstrap.current())
