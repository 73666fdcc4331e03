"""Chance by name: each roll depends on the seed and on what it decides, never on the rolls before it.

So dropping one fault from a story leaves the others as they were, and a failing story can be made short.
"""

import zlib

_MASK = 0xFFFFFFFF
_MIXER = 0x45D9F3B
_APART = 0x9E3779B1
"""Puts the turns of one name far from each other."""


class Chance:
    """Rolls of one seed."""

    def __init__(self, seed: int) -> None:
        self._start = zlib.crc32(f"seed {seed}".encode())
        self._turns: dict[str, int] = {}
        """Name to its last turn."""

    def label(self, name: str) -> str:
        """The name with its turn: the third save of r1 is `save:r1#3`."""
        return f"{name}#{self.turn(name)[0]}"

    def turn(self, name: str) -> tuple[int, float]:
        """(turn, roll) of the name's next time."""
        turn = self._turns[name] = self._turns.get(name, 0) + 1
        mixed = zlib.crc32(name.encode(), self._start) + turn * _APART & _MASK
        mixed = (mixed ^ (mixed >> 16)) * _MIXER & _MASK  # as in `_spread`, whose call would cost as much again
        return turn, (mixed ^ (mixed >> 16)) / (_MASK + 1)

    def roll(self, label: str) -> float:
        """From 0 to below 1, always the same for the same label."""
        return _spread(zlib.crc32(label.encode(), self._start))

    def between(self, name: str, low: float, high: float) -> float:
        """A number in this range, another one at each turn."""
        return low + (high - low) * self.turn(name)[1]

    def pick(self, name: str, among: int) -> int:
        """An index below `among`, another one at each turn."""
        return int(self.turn(name)[1] * among)


def _spread(mixed: int) -> float:
    mixed = ((mixed ^ (mixed >> 16)) * _MIXER) & _MASK
    return (mixed ^ (mixed >> 16)) / (_MASK + 1)
