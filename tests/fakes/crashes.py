"""Lets a fake of the outside world die before or after an act, as a process does that is killed there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from shared.errors import WaymarkError


class Crash(Exception):  # noqa: N818 - it stands for a kill, not for an error
    """The process ended here."""


class Outside:
    """Counts acts by name; `crash` (once) and `refusals` (as long as they stand) say what goes wrong."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self.reads: list[str] = []
        self.crash: tuple[Literal["before", "after"], str] | None = None
        self.refusals: dict[str, WaymarkError] = {}

    def read(self, name: str) -> None:
        self.reads.append(name)
        self._refuse(name)

    @contextmanager
    def act(self, name: str) -> Iterator[None]:
        self._refuse(name)
        self._die("before", name)
        yield
        self.acts.append(name)
        self._die("after", name)

    def _refuse(self, name: str) -> None:
        if name in self.refusals:
            raise self.refusals[name]

    def _die(self, moment: Literal["before", "after"], name: str) -> None:
        if self.crash == (moment, name):
            self.crash = None
            raise Crash(f"{moment} {name}")
