"""What operators watch as a level and not as a count, read from the rows of lists: no migration is loaded for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from shared.errors import PermanentError
from shared.ports.campaigns import Campaigns
from shared.ports.migrations import MigrationIndex


class Oldest(NamedTuple):
    """`seconds` since the oldest open question was asked, 0 where none is; `unreadable`: why a campaign does not count."""

    seconds: float
    unreadable: tuple[str, ...]


def oldest_checkpoint(*, campaigns: Campaigns, index: MigrationIndex, now: datetime) -> Oldest:
    """Of all campaigns. A migration counts with what its row asks: where something failed, that, and else its first question.

    It costs one query of the index for each campaign: of 1 000 migrations some 0.7 MB. RetryableError where the store is busy.
    """
    asked: list[datetime] = []
    unreadable: list[str] = []
    for campaign in campaigns.names():
        try:
            asked += _asked(campaign, index)
        except PermanentError as exc:
            unreadable.append(exc.reason)
    return Oldest(max(((now - at).total_seconds() for at in asked), default=0.0), tuple(unreadable))


def _asked(campaign: str, index: MigrationIndex) -> Iterator[datetime]:
    for row in index.in_campaign(campaign):
        if row.asked_at is not None:
            yield row.asked_at
