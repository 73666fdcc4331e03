"""Advances one migration by one signal."""

from typing import Any

from functions.advance.signals import take_signals
from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return take_signals(event, bootstrap.current())
