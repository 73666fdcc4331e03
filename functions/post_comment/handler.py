"""Answers commands that were given in a comment, below it."""

from typing import Any

from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Wiring only: the event goes to `bootstrap.post_comments`."""
    return bootstrap.post_comments(event)
