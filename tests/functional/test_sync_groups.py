"""Members of user groups are read again in time; what cannot be read grows old, and then nobody counts as a member."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.app.sync_groups import Synced, sync_groups
from shared.errors import RetryableError
from shared.ports.campaigns import CampaignCommit
from state_schema.memberships import GroupMembers, Memberships
from tests.builders import ACTOR, CAMPAIGN, NOW, a_campaign
from tests.fakes.stores import FakeCampaigns, FakeGroups, FakeStores
from tests.fakes.user_groups import FakeUserGroups

LEADS = "slack-group:T0ACME/S0LEADS"
OPS = "slack-group:T0ACME/S0OPS"
LEAD = "slack:T0ACME/U_LEAD"


class World:
    """Campaigns, what is known of their groups, and Slack."""

    def __init__(self, **people: Any) -> None:
        stores = FakeStores()
        self.campaigns, self.groups = FakeCampaigns(stores), FakeGroups(stores)
        self.slack = FakeUserGroups({LEADS: (LEAD,), OPS: ()})
        self.apply(CAMPAIGN, **(people or {"operators": [ACTOR, OPS], "approvers": [LEADS]}))

    def apply(self, campaign: str, **people: Any) -> None:
        self.campaigns.save(CampaignCommit(0, a_campaign(campaign, people=people), ACTOR, NOW))

    def sync(self, at: datetime) -> Synced:
        return sync_groups(campaigns=self.campaigns, groups=self.groups, user_groups=self.slack, now=at)

    def known(self, group: str = LEADS) -> GroupMembers | None:
        found = self.groups.load(CAMPAIGN)
        return found.groups.get(group) if found else None


def test_every_group_that_a_role_names_is_read() -> None:
    world = World()

    assert world.sync(NOW) == Synced(read=[OPS, LEADS])

    groups = {OPS: GroupMembers(members=(), read_at=NOW), LEADS: GroupMembers(members=(LEAD,), read_at=NOW)}
    assert world.groups.load(CAMPAIGN) == Memberships(campaign=CAMPAIGN, at=NOW, groups=groups)


def test_what_is_fresh_is_not_read_again_and_what_is_old_is() -> None:
    world = World()
    world.sync(NOW)
    assert world.sync(NOW + timedelta(minutes=4)) == Synced()

    world.slack.groups[LEADS] = ()
    world.sync(NOW + timedelta(minutes=5))

    assert world.known() == GroupMembers(members=(), read_at=NOW + timedelta(minutes=5))


def test_a_group_of_two_campaigns_is_read_once_for_both() -> None:
    world = World()
    world.apply("spark-4", approvers=[LEADS])

    world.sync(NOW)

    assert world.slack.asked.count(LEADS) == 1
    assert world.groups.load("spark-4") == Memberships(
        campaign="spark-4", at=NOW, groups={LEADS: GroupMembers(members=(LEAD,), read_at=NOW)}
    )


def test_a_campaign_without_user_groups_costs_no_call() -> None:
    world = World(operators=[ACTOR, "group:ops"], groups={"ops": [LEAD]})

    assert world.sync(NOW) == Synced()
    assert world.slack.asked == []
    assert world.groups.load(CAMPAIGN) is None


@pytest.mark.parametrize("error", [RetryableError("Slack is in trouble."), None])
def test_what_cannot_be_read_keeps_its_age_and_is_told_of_when_it_is_too_old(error: Exception | None) -> None:
    world = World(approvers=[LEADS])
    world.sync(NOW)
    world.slack.error = error
    world.slack.groups.clear()

    soon, late = world.sync(NOW + timedelta(minutes=59)), world.sync(NOW + timedelta(minutes=61))

    assert world.known() == GroupMembers(members=(LEAD,), read_at=NOW)
    assert (list(soon.failed), soon.unknown) == ([LEADS], set())
    assert (list(late.failed), late.unknown) == ([LEADS], {LEADS})


def test_one_group_that_cannot_be_read_holds_up_no_other() -> None:
    world = World()
    del world.slack.groups[OPS]

    synced = world.sync(NOW)

    assert (synced.read, list(synced.failed), synced.unknown) == ([LEADS], [OPS], {OPS})
    assert world.known() == GroupMembers(members=(LEAD,), read_at=NOW)


def test_a_group_that_is_named_no_more_is_forgotten() -> None:
    world = World()
    world.sync(NOW)
    world.campaigns.save(CampaignCommit(1, a_campaign(people={"approvers": [LEADS]}), ACTOR, NOW))

    world.sync(NOW + timedelta(minutes=1))

    found = world.groups.load(CAMPAIGN)
    assert found is not None
    assert list(found.groups) == [LEADS]
