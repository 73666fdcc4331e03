"""Wiring of the skill `rewrite_dags` as a function: one order a message."""

from functools import partial
from typing import Any

from functions.skills.rewrite_dags.skill import rewrite_dags
from shared.adapters.ruff import RuffLinter
from shared.bootstrap_skills import run_orders


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return run_orders(
        event,
        "rewrite_dags",
        lambda outside: partial(
            rewrite_dags, pull_requests=outside.pull_requests, contents=outside.contents, linter=RuffLinter()
        ),
    )
