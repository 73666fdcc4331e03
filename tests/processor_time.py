"""Processor time of Python processes, and how it is compared where other work shares the machine."""

import resource
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds of processor time of each round: of what is measured, and of what it is compared with."""

    ours: Sequence[float]
    theirs: Sequence[float]

    def __add__(self, more: "Compared") -> "Compared":
        return Compared((*self.ours, *more.ours), (*self.theirs, *more.theirs))

    @property
    def ratio(self) -> float:
        """The smaller of two: noise on a busy machine lengthens both, and seldom both alike."""
        of_medians = statistics.median(self.ours) / statistics.median(self.theirs)
        return min(min(self.ours) / min(self.theirs), of_medians)


def processor_time(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds, user and system, of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def compared(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> Compared:
    """Both in turns, after one of each that nobody counts."""
    for once in (theirs, ours):
        once()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    mine, others = zip(*pairs, strict=True)
    return Compared(mine, others)
