"""Waits for what the deployment does by itself: looked at often, and never longer than told."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_POLL = 0.1


def eventually(look: Callable[[], Found], what: str, within: float = 120) -> Found:
    """The first thing that `look` finds. AssertionError says `what` did not come, and what was seen last."""
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"{what}: not within {within} s; last seen: {found!r}"
        time.sleep(_POLL)
    return found
