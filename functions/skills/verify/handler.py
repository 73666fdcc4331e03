"""Wiring of the skill `verify` as a function: one order a message."""

from functools import partial
from typing import Any

from functions.skills.verify.skill import verify
from shared.bootstrap_skills import run_orders


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return run_orders(
        event,
        "verify",
        lambda outside: partial(verify, deployment=outside.deployment, url_template=outside.deployment_url),
    )
