"""How many signals a second the pure core decides on one core: a whole migration of the example plan, with what goes wrong
on such a way, from the start to completed.

One core is twice as fast as another, so the goal is for a core that does a yardstick so often; on a slower one it is less, in
proportion. The yardstick is to write and read the same states as JSON, in turn with the signals.

What counts as a signal: everything that reaches `decide`, whether it brings anything about or not, because a door, a queue
and a sweep deliver some things twice, late and for nothing. The mix is printed, and the rate of those alone that lead to
events. Processor time counts, and the best of several rounds: other work on the machine does not.
"""

import gc
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final

import pytest

from shared.domain.machine import decide
from tests.benchmarks.way import WITH_EVENTS, Heard, whole_way
from tests.benchmarks.yardstick import YARDSTICK, copy_all, in_proportion, seconds

pytestmark = pytest.mark.bench

GOAL: Final = 20_000
"""Signals a second, on a core that does the yardstick."""
PATIENCE: Final = 2000
"""Further rounds while the goal is not reached: on a busy machine others have the caches most of the time."""
ROUNDS: Final = 400
"""Each is the whole way once, some milliseconds: short enough for one of them to have the core for itself."""


def test_signals_a_second_on_one_core() -> None:
    way = whole_way()
    moving = [one for one in way.heard if one.fate == WITH_EVENTS]
    mix = ", ".join(f"{count} {fate}" for fate, count in Counter(one.fate for one in way.heard).most_common())
    every, states = _rates(way.heard)
    goal = in_proportion(GOAL, states)
    _print(
        f"pure core, one core: {every:,.0f} signals a second (goal here: at least {goal:,.0f}); "
        f"{len(way.heard)} signals lead to {way.view.state.version - 1} events: {mix}",
        f"  of those alone that lead to events: {_rates(moving, patience=0)[0]:,.0f} a second",
        f"  this core writes and reads {states:,.0f} states a second as JSON; the goal is {GOAL:,} where that is {YARDSTICK:,}",
    )
    assert every >= goal


def _rates(heard: Sequence[Heard], patience: int = PATIENCE) -> tuple[float, float]:
    """(signals, states) a second of processor time, in the best round of each; without garbage collection, as by `timeit`."""
    documents = [one.view.state.model_dump(mode="json") for one in heard]
    gc.collect()
    gc.disable()
    try:
        best = yardstick = float("inf")
        for turn in range(ROUNDS + patience):
            best = min(best, seconds(lambda: _decide_all(heard)))
            yardstick = min(yardstick, seconds(lambda: copy_all(documents)))
            if turn >= ROUNDS and len(heard) / best >= in_proportion(GOAL, len(heard) / yardstick):
                break
        return len(heard) / best, len(heard) / yardstick
    finally:
        gc.enable()


def _decide_all(heard: Sequence[Heard]) -> None:
    for one in heard:
        decide(one.view, one.signal)


def _print(*lines: str) -> None:
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
