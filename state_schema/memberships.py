"""Who is in Slack's user groups, as it was last read: a snapshot beside the campaign, so that a step reads both at once."""

from typing import Annotated

from pydantic import Field

from state_schema.ids import CampaignId, Person, SlackGroup
from state_schema.model import SCHEMA_VERSION, Model, Moment


class GroupMembers(Model):
    """The members of one user group, and when that was read; the read began then."""

    members: Annotated[tuple[Person, ...], Field(max_length=5000)]
    read_at: Moment


class Memberships(Model):
    """Of all user groups that a campaign names, those that could be read. `at`: when this was put together."""

    schema_version: int = SCHEMA_VERSION
    campaign: CampaignId
    at: Moment
    groups: dict[SlackGroup, GroupMembers] = Field(default_factory=dict)
