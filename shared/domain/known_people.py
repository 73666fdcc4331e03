"""A campaign, or a view, with its people as they are known at a time: links that were proven, and members of groups."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.linking import with_links
from shared.domain.people import as_of
from shared.domain.view import View
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.memberships import GroupMembers


def known_of(campaign: Campaign, gate: Gate, groups: Mapping[str, GroupMembers], at: datetime) -> Campaign:
    """The campaign whose roles name people alone, but for user groups of Slack that were not read in time."""
    return as_of(with_links(campaign, gate), groups, at)


def known_in(view: View, at: datetime) -> View:
    """The view that `permissions.refusal_for` wants."""
    campaign = known_of(view.campaign, view.gate, view.groups, at)
    return view if campaign is view.campaign else replace(view, campaign=campaign)
