"""What was parked, in memory."""

from collections.abc import Sequence

from shared.adapters.missing import no_parked
from state_schema.parked import Parked


class FakeParking:
    """The port Parking."""

    def __init__(self) -> None:
        self.items: list[Parked] = []

    def add(self, item: Parked) -> bool:
        if any(_key(one) == _key(item) for one in self.items):
            return False
        self.items.append(item)
        return True

    def in_campaign(self, campaign: str | None) -> Sequence[Parked]:
        return tuple(sorted((one for one in self.items if one.campaign == campaign), key=lambda one: (one.at, one.id)))

    def load(self, campaign: str | None, item: str) -> Parked:
        for one in self.in_campaign(campaign):
            if one.id == item:
                return one
        raise no_parked(item)

    def remove(self, item: Parked) -> None:
        self.items = [one for one in self.items if _key(one) != _key(item)]


def _key(item: Parked) -> tuple[object, ...]:
    return (item.campaign, item.at, item.id)
