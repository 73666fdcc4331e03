"""Answers commands that were given in a comment, below it."""

from typing import Any

from functions.post_comment.comments import take_comments
from shared import bootstrap


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Takes an SQS batch; answers which of its messages failed."""
    return take_comments(event, bootstrap.current())
