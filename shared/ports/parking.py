"""The store of what was parked. Nothing in it expires: a person ends it."""

from collections.abc import Sequence
from typing import Protocol

from state_schema.parked import Parked


class Parking(Protocol):
    """Parked items, by campaign; the campaign None holds those of which it is not known."""

    def add(self, item: Parked) -> bool:
        """True: stored now. False: it is there already, and stays as it is. RetryableError where the store is busy."""
        ...

    def in_campaign(self, campaign: str | None) -> Sequence[Parked]:
        """All of them, those who acted first coming first."""
        ...

    def load(self, campaign: str | None, item: str) -> Parked:
        """The item of that id; NotFoundError says how to list those there are."""
        ...

    def remove(self, item: Parked) -> None:
        """It is dealt with. Without effect where it is gone already."""
        ...
