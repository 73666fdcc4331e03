"""The errors that cross module borders. Adapters translate their vendor's errors into these, and nothing else does."""

from collections.abc import Iterable
from typing import Final, NamedTuple

BROKEN: Final = "broken"
"""The code of the PermanentError of a history that does not fit its state."""
UNREADABLE: Final = "unreadable"
"""Of a stored document that cannot be read, or that a later release wrote."""
NO_SECRET: Final = "no_secret"  # noqa: S105 - a code
"""Of a secret that is absent, or that cannot be one."""
SETTINGS: Final = "settings"
"""Of a setting that is missing or cannot be right."""


class WaymarkError(Exception):
    """Any error that we raise on purpose."""


class RejectedDeliveryError(WaymarkError):
    """A request that is answered with `status` (400, 401 or 413) and of which nothing is enqueued."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class RetryableError(WaymarkError):
    """It may work later: the outside is busy, down or limits us. `delay` is in seconds; None leaves it to the caller."""

    def __init__(self, reason: str, delay: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


class PermanentError(WaymarkError):
    """It will not work by trying again; a person must change something first. `code` is a short word for display."""

    def __init__(self, reason: str, code: str = "failed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class StaleStateError(WaymarkError):
    """Somebody else wrote first: load again and decide again."""


class NotFoundError(WaymarkError):
    """There is no such thing; the message names it and says what to do."""


class InvalidInputError(WaymarkError):
    """What a person gave is wrong; `problems` are sentences, each with its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class FileProblem(NamedTuple):
    """One thing that is wrong in a file: the line from 1 on, the dotted field, and one sentence."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.problem}"


class InvalidFileError(InvalidInputError):
    """The same of a file that could be read; `found` is what is wrong with it, from its first line to its last."""

    def __init__(self, found: Iterable[FileProblem]) -> None:
        self.found = tuple(sorted(found, key=lambda one: one.line))
        super().__init__(tuple(map(str, self.found)))
