"""Wiring of the skill `run_workflow` as a function: one order a message."""

from functools import partial
from typing import Any

from functions.skills.run_workflow.skill import run_workflow
from shared.bootstrap_skills import run_orders


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return run_orders(event, "run_workflow", lambda outside: partial(run_workflow, workflows=outside.workflows))
