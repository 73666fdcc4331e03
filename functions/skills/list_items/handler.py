"""Wiring of the skill `list_items` as a function: one order a message."""

from functools import partial
from typing import Any

from functions.skills.list_items.skill import list_items
from shared.bootstrap_skills import run_orders


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return run_orders(
        event,
        "list_items",
        lambda outside: partial(list_items, deployment=outside.deployment, url_template=outside.deployment_url),
    )
