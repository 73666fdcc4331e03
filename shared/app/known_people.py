"""A campaign with its people as they are known now: what was proven to be one person's, and who is in its groups."""

from datetime import datetime

from shared.domain.known_people import known_of
from shared.domain.people import slack_groups
from shared.ports.groups import Groups
from state_schema.campaign import Campaign
from state_schema.gate import Gate


def with_known_people(campaign: Campaign, gate: Gate, groups: Groups, at: datetime) -> Campaign:
    """For acts on the whole campaign; for those on one migration, the view has all of this. Reads groups where any is named."""
    known = groups.load(campaign.id) if slack_groups(campaign) else None
    return known_of(campaign, gate, known.groups if known else {}, at)
