"""Runs many seeds on all cores."""

import gc
import os
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from typing import Final

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
    with get_context("fork").Pool(processes or os.cpu_count() or 1, _without_pauses) as pool:
        yield from pool.imap_unordered(_collected, seeds, chunksize=_AT_ONCE)


def _without_pauses() -> None:
    """Worlds leave next to no garbage behind, and looking for it in the midst of them costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _collected(seed: int) -> Outcome:
    outcome = outcome_of(seed)
    if seed % _SWEPT == 0:
        gc.collect()
    return outcome
