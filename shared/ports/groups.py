"""Who is in Slack's user groups: what is known of it, and where it is read."""

from collections.abc import Sequence
from typing import Protocol

from state_schema.ids import Person
from state_schema.memberships import Memberships


class Groups(Protocol):
    """What is known, by campaign; `Migrations.load` reads the same, in one snapshot with the campaign."""

    def load(self, campaign: str) -> Memberships | None:
        """As it was put together last; None where it never was."""
        ...

    def save(self, snapshot: Memberships) -> bool:
        """False, and nothing is written, where what is stored was put together at the same time or later."""
        ...


class UserGroups(Protocol):
    """Reads the truth. RetryableError where Slack limits us or is down; PermanentError where it refuses."""

    def members(self, group: str) -> Sequence[Person]:
        """Everybody in the user group `slack-group:<team>/<S…>`; PermanentError also where it is of another team."""
        ...
