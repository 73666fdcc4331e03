"""A store that is only read: campaigns, migrations and their history as a test puts them in."""

from collections.abc import Iterable, Sequence
from typing import NoReturn

from shared.domain.display import summary_of
from shared.domain.view import View
from shared.errors import NotFoundError, RetryableError
from shared.ports.campaigns import CampaignCommit
from shared.ports.migrations import Commit, Loaded
from state_schema.campaign import Campaign
from state_schema.events import Recorded
from state_schema.summary import Summary


class FakeReading:
    """Campaigns, MigrationIndex, Migrations and History in one; `asked` lists what was looked up by name.

    `busy`: every load answers that the store cannot be reached.
    """

    def __init__(self, *views: View, records: Sequence[Recorded] = ()) -> None:
        self._views = {view.state.id: view for view in views}
        self._campaigns = {view.campaign.id: view.campaign for view in views}
        self._records = records
        self.asked: list[str] = []
        self.busy = False

    def names(self) -> Sequence[str]:
        return sorted(self._campaigns)

    def in_campaign(self, campaign: str, wave: int | None = None) -> Iterable[Summary]:
        rows = [summary_of(view) for view in self._views.values() if view.campaign.id == campaign]
        return sorted((row for row in rows if wave in {None, row.wave}), key=lambda row: (row.wave, row.resource))

    def events(self, migration: str, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        return [one for one in self._records if one.number > after][:limit]

    def event(self, migration: str, number: int) -> Recorded:
        return next(one for one in self._records if one.number == number)

    @property
    def campaigns(self) -> "FakeCampaigns":
        return FakeCampaigns(self)

    @property
    def migrations(self) -> "FakeMigrations":
        return FakeMigrations(self)

    def campaign(self, name: str) -> Campaign:
        self._look(name)
        if name not in self._campaigns:
            raise NotFoundError(name)
        return self._campaigns[name]

    def view(self, migration: str) -> View:
        self._look(migration)
        if migration not in self._views:
            raise NotFoundError(migration)
        return self._views[migration]

    def _look(self, name: str) -> None:
        self.asked.append(name)
        if self.busy:
            raise RetryableError("The store is down.")


class FakeCampaigns:
    """The campaigns of a FakeReading; nothing is written."""

    def __init__(self, reading: FakeReading) -> None:
        self._reading = reading

    def load(self, campaign: str) -> tuple[int, Campaign]:
        return 1, self._reading.campaign(campaign)

    def save(self, commit: CampaignCommit) -> None:
        raise NotImplementedError

    def names(self) -> Sequence[str]:
        return self._reading.names()

    def history(self, campaign: str) -> NoReturn:
        raise NotImplementedError


class FakeMigrations:
    """The migrations of a FakeReading; nothing is written."""

    def __init__(self, reading: FakeReading) -> None:
        self._reading = reading

    def load(self, migration: str) -> Loaded:
        return Loaded(self._reading.view(migration), tail="")

    def save(self, commit: Commit) -> None:
        raise NotImplementedError
