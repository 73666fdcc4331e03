"""Reads what a button of ours carries: the question that it answers, and perhaps the choice. It comes back from outside, so
each field has to have its shape.
"""

import re
from typing import Final

from shared.errors import RejectedDeliveryError
from shared.webhooks.delivery import field

# The same shapes as in `state_schema.ids`; a test compares them.
MIGRATION: Final = re.compile(r"[a-z0-9._-]{1,60}/[a-z0-9._-]{1,60}")
TRACK: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
STEP: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}")
VERB: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
DIGEST: Final = re.compile(r"[0-9a-f]{16}")
_LARGEST_ATTEMPT: Final = 10**6
LONGEST_VALUE: Final = 2000
"""Characters; Slack's own limit for a button's value. What is longer is cut, and so no JSON any more."""
_LONGEST_CHOICE: Final = 200


def checkpoint_of(button: object) -> dict[str, object]:
    """The `CheckpointRef` in a button's value; RejectedDeliveryError(400) where it cannot be read."""
    return {
        "track": shaped(TRACK, field(button, "t"), "track"),
        "step": shaped(STEP, field(button, "s"), "step"),
        "attempt": _attempt(field(button, "a")),
        "digest": shaped(DIGEST, field(button, "d"), "digest"),
    }


def shaped(shape: re.Pattern[str], value: object, name: str) -> str:
    """The value, where it is text of that shape; else RejectedDeliveryError(400) names it."""
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise RejectedDeliveryError(400, f"the button's {name} cannot be read; use a newer card")
    return value


def _attempt(value: object) -> int:
    if type(value) is not int or not 1 <= value <= _LARGEST_ATTEMPT:
        raise RejectedDeliveryError(400, "the button's attempt cannot be read; use a newer card")
    return value


def choices_of(button: object) -> list[str] | None:
    """What the click chooses; None where it chooses nothing. RejectedDeliveryError(400) where that cannot be read."""
    value = field(button, "c")
    if value is None:
        return None
    if not isinstance(value, list) or not all(_is_choice(item) for item in value):
        raise RejectedDeliveryError(400, "the button's choices cannot be read; use a newer card")
    return value


def _is_choice(item: object) -> bool:
    """Half a surrogate pair is JSON, but no text that the worker could read."""
    if not isinstance(item, str) or not 0 < len(item) <= _LONGEST_CHOICE:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in item)
