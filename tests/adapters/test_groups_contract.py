"""One contract for every store of user groups' members: read with the migration, and never replaced by something older."""

from datetime import timedelta

import pytest

from state_schema.memberships import GroupMembers, Memberships
from tests.adapters.store_subjects import Stores
from tests.builders import ACTOR, CAMPAIGN, NOW, A, a_commit

LEADS = "slack-group:T0ACME/S0LEADS"


def snapshot(minutes: int = 0, *members: str, campaign: str = CAMPAIGN) -> Memberships:
    at = NOW + timedelta(minutes=minutes)
    return Memberships(campaign=campaign, at=at, groups={LEADS: GroupMembers(members=members, read_at=at)})


def test_what_was_never_read_is_not_known(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit())

    assert stores.groups.load(CAMPAIGN) is None
    assert stores.migrations.load(A).view.groups == {}


def test_a_snapshot_is_read_back_and_comes_with_each_view_of_its_campaign(stores: Stores) -> None:
    stores.with_campaign().migrations.save(a_commit())

    assert stores.groups.save(snapshot(0, ACTOR))

    assert stores.groups.load(CAMPAIGN) == snapshot(0, ACTOR)
    assert stores.migrations.load(A).view.groups == snapshot(0, ACTOR).groups


def test_a_newer_snapshot_replaces_the_whole_of_an_older_one(stores: Stores) -> None:
    stores.groups.save(snapshot(0, ACTOR))
    newer = Memberships(campaign=CAMPAIGN, at=NOW + timedelta(minutes=5))

    assert stores.groups.save(newer)
    assert stores.groups.load(CAMPAIGN) == newer


@pytest.mark.parametrize("minutes", [4, 5])
def test_who_left_does_not_come_back_with_a_snapshot_that_is_late(stores: Stores, minutes: int) -> None:
    stores.groups.save(snapshot(5))

    assert not stores.groups.save(snapshot(minutes, ACTOR))
    assert stores.groups.load(CAMPAIGN) == snapshot(5)


def test_the_groups_of_one_campaign_are_not_those_of_another(stores: Stores) -> None:
    stores.groups.save(snapshot(0, ACTOR))

    assert stores.groups.load("spark-4") is None
    assert stores.groups.save(snapshot(0, campaign="spark-4"))
    assert stores.groups.load(CAMPAIGN) == snapshot(0, ACTOR)


def test_a_group_of_five_thousand_fits(stores: Stores) -> None:
    large = snapshot(0, *(f"slack:T0ACME/U{number:09d}" for number in range(5000)))

    assert stores.groups.save(large)
    assert stores.groups.load(CAMPAIGN) == large
