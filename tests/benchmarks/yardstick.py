"""How fast one core of this machine is: how many states of a migration the standard library's `json` writes and reads."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Final

YARDSTICK: Final = 22_000
"""States a second, on the core that the goals are meant for. Worked out, not measured: one commit decided 20,965 to 24,000
signals a second on one machine, and 10,600 on another that does 9,600 states."""


def in_proportion(goal: float, states: float, full: float = YARDSTICK) -> float:
    """The goal for a core that does so many `states` a second; the whole of it from `full` on."""
    return goal * min(1.0, states / full)


def copy_all(documents: Sequence[object]) -> None:
    """The work itself."""
    for one in documents:
        json.loads(json.dumps(one))


def seconds(work: Callable[[], None]) -> float:
    """Processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start
