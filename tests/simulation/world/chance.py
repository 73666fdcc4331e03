"""Chance by name: each roll depends on the seed and on what it decides, never on the rolls before it.

So dropping one fault from a story leaves the others as they were, and a failing story can be made short.
"""

import zlib
from collections import defaultdict

_MASK = 0xFFFFFFFF


class Chance:
    """Rolls of one seed."""

    def __init__(self, seed: int) -> None:
        self._start = zlib.crc32(f"seed {seed}".encode())
        self._times: defaultdict[str, int] = defaultdict(int)

    def label(self, name: str) -> str:
        """The name with its turn: the third save of r1 is `save:r1#3`."""
        turn = self._times[name] = self._times[name] + 1
        return f"{name}#{turn}"

    def roll(self, label: str) -> float:
        """From 0 to below 1, always the same for the same label."""
        mixed = zlib.crc32(label.encode(), self._start)
        mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B) & _MASK
        mixed = ((mixed ^ (mixed >> 16)) * 0x45D9F3B) & _MASK
        return (mixed ^ (mixed >> 16)) / (_MASK + 1)

    def between(self, name: str, low: float, high: float) -> float:
        """A number in this range, another one at each turn."""
        return low + (high - low) * self.roll(self.label(name))

    def pick(self, name: str, among: int) -> int:
        """An index below `among`, another one at each turn."""
        return int(self.roll(self.label(name)) * among)
