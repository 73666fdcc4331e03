"""Runs many seeds on all cores."""

import gc
import os
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from typing import Final

from pydantic import BaseModel

from tests.simulation.run import Outcome, run
from tests.simulation.spec import spec_of

_AT_ONCE: Final = 4
_SWEPT: Final = 50
"""One campaign of so many is followed by a search for garbage."""


def outcome_of(seed: int) -> Outcome:
    """What becomes of this seed's world."""
    return run(spec_of(seed))


def outcomes(seeds: Iterable[int], processes: int | None = None) -> Iterator[Outcome]:
    """The outcomes, in whatever order they are ready."""
    with get_context("fork").Pool(processes or os.cpu_count() or 1, _in_a_hurry) as pool:
        yield from pool.imap_unordered(_collected, seeds, chunksize=_AT_ONCE)


def _in_a_hurry() -> None:
    """Makes a process that does nothing but this faster.

    Worlds leave next to no garbage behind, and looking for it in the midst of them costs a tenth of the time. Another tenth
    goes to pydantic's hook for private and extra attributes, which none of ours is read as: a class with such a hook has
    every attribute looked up the slow way, found or not.
    """
    del BaseModel.__getattr__  # type: ignore[attr-defined]  # hidden from type checkers
    gc.collect()
    gc.freeze()
    gc.disable()


def _collected(seed: int) -> Outcome:
    outcome = outcome_of(seed)
    if seed % _SWEPT == 0:
        gc.collect()
    return outcome
