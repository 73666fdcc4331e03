"""Runs many seeds on all cores."""

import gc
import os
from collections.abc import Iterable, Iterator
from multiprocessing import get_context

from tests.simulation.run import Outcome, run
from tests.simulation.spec import spec_of


def outcome_of(seed: int) -> Outcome:
    """What becomes of this seed's world."""
    return run(spec_of(seed))


def outcomes(seeds: Iterable[int], processes: int | None = None) -> Iterator[Outcome]:
    """The outcomes, in whatever order they are ready."""
    with get_context("fork").Pool(processes or os.cpu_count() or 1, _without_pauses) as pool:
        yield from pool.imap_unordered(_collected, seeds, chunksize=4)


def _without_pauses() -> None:
    """A world is full of circles, and is thrown away as a whole: looking for garbage before its end costs a tenth."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _collected(seed: int) -> Outcome:
    outcome = outcome_of(seed)
    gc.collect()
    return outcome
