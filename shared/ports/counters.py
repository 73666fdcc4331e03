"""How use cases count what operators watch."""

from typing import Protocol


class Counters(Protocol):
    """Counts by the names of metrics in `shared.names`, and tells of unexpected operations."""

    def add(self, metric: str, count: int = 1) -> None:
        """So many more."""
        ...

    def unexpected(self, kind: str, **told: str) -> None:
        """One operation of a kind in `names.UNEXPECTED`, with the ids to search for; counted, too."""
        ...
