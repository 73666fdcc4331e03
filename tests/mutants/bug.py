"""What a deliberate bug is: one short replacement in our own code, and who has to find it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Simulation:
    """The simulator, with the seeds `first` to `last` one after the other, until a rule is broken."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"simulator, seeds {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Examples:
    """Test files, or node ids of tests, until one fails."""

    paths: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.paths)


Catcher = Simulation | Examples


@dataclass(frozen=True, slots=True)
class Bug:
    """`old`, which `file` holds exactly once, becomes `new`. Each of `caught_by` has to find it without the others."""

    name: str
    does: str
    file: str
    old: str
    new: str
    caught_by: tuple[Catcher, ...]


class StaleBugError(Exception):
    """The code has changed, and the bug cannot be planted in it any more."""


def planted(bug: Bug, text: str) -> str:
    """The text of the bug's file with the bug in it; StaleBugError where the old text is not there exactly once."""
    found = text.count(bug.old)
    if found != 1:
        raise StaleBugError(
            f"{bug.name} is stale: {bug.file} holds {bug.old!r} {found} times; "
            "write into tests/mutants/table.py how the code reads now"
        )
    return text.replace(bug.old, bug.new)
