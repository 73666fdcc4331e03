"""Wiring of the skill `open_pull_request` as a function: one order a message."""

from functools import partial
from typing import Any

from functions.skills.open_pull_request.skill import open_pull_request
from shared.bootstrap_skills import run_orders


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return run_orders(
        event,
        "open_pull_request",
        lambda outside: partial(open_pull_request, pull_requests=outside.pull_requests, contents=outside.contents),
    )
