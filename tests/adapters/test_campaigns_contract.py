"""What every store of plans, campaigns and cards promises."""

from datetime import timedelta

import pytest

from shared.domain.audit_chain import audited_chain
from shared.domain.audit_findings import Audited
from shared.errors import InvalidInputError, NotFoundError, StaleStateError
from shared.ports.campaigns import Applications, CampaignCommit
from shared.ports.effects import PostedCard
from state_schema.campaign import Campaign
from tests.adapters.store_subjects import Stores
from tests.builders import ACTOR, NOW, A, a_campaign, a_commit, a_plan

CARD = "airflow-3/alpha#prod-us"


def applied(campaign: Campaign, before: int = 0) -> CampaignCommit:
    return CampaignCommit(before, campaign, ACTOR, NOW + timedelta(hours=before))


def test_a_plan_is_published_once(stores: Stores) -> None:
    assert [stores.plans.publish(a_plan()) for _ in range(3)] == [True, False, False]
    assert stores.plans.load("airflow-3@1") == a_plan()


def test_a_published_plan_never_changes(stores: Stores) -> None:
    stores.plans.publish(a_plan())

    with pytest.raises(InvalidInputError) as refused:
        stores.plans.publish(a_plan(unit="table"))

    assert refused.value.problems == (
        "version: airflow-3@1 is published already and never changes; publish this one as a higher version",
    )
    assert stores.plans.load("airflow-3@1") == a_plan()


def test_versions_and_names_of_plans_do_not_mix(stores: Stores) -> None:
    plans = [a_plan(1), a_plan(11, unit="table"), a_plan(1, name="airflow-30", unit="service")]
    assert [stores.plans.publish(plan) for plan in plans] == [True, True, True]

    assert [stores.plans.load(ref) for ref in ("airflow-3@1", "airflow-3@11", "airflow-30@1")] == plans


@pytest.mark.parametrize("ref", ["airflow-3@2", "airflow-3", "airflow-3@", "@1", "", "airflow-3@01", "a@" + "9" * 5000])
def test_a_plan_that_nobody_published_is_named(stores: Stores, ref: str) -> None:
    stores.plans.publish(a_plan())

    with pytest.raises(NotFoundError) as missing:
        stores.plans.load(ref)

    assert str(missing.value) == f"There is no plan {ref}. Publish its file: `migrate plan publish FILE`."


def test_an_applied_campaign_is_loaded_with_its_version(stores: Stores) -> None:
    changed = a_campaign(limits={"active": 3}, windows=[{"deny": "Fri 16:00 - Mon 08:00", "zone": "Europe/Berlin"}])
    stores.campaigns.save(applied(a_campaign()))
    assert stores.campaigns.load("airflow-3") == (1, a_campaign())

    stores.campaigns.save(applied(changed, before=1))

    assert stores.campaigns.load("airflow-3") == (2, changed)


def test_every_step_sees_the_campaign_that_was_applied_last(stores: Stores) -> None:
    applied_in_turn = [a_campaign(limits={"active": active}) for active in (1, 2, 1)]
    stores.plans.publish(a_plan())

    seen = []
    for before, campaign in enumerate(applied_in_turn):
        stores.campaigns.save(applied(campaign, before))
        if not before:
            stores.migrations.save(a_commit())
        seen += [stores.migrations.load(A).view.campaign, stores.campaigns.load("airflow-3")[1]]

    assert seen == [campaign for campaign in applied_in_turn for _ in range(2)]


@pytest.mark.parametrize("before", [0, 2])
def test_who_saw_another_campaign_loses(stores: Stores, before: int) -> None:
    stores.campaigns.save(applied(a_campaign()))

    with pytest.raises(StaleStateError, match="airflow-3 was"):
        stores.campaigns.save(applied(a_campaign(channel="C0OTHER"), before))

    assert stores.campaigns.load("airflow-3") == (1, a_campaign())


def test_changing_a_campaign_that_is_not_there_creates_nothing(stores: Stores) -> None:
    with pytest.raises(StaleStateError):
        stores.campaigns.save(applied(a_campaign(), before=1))

    assert stores.campaigns.names() == ()


def test_campaigns_are_listed_by_name_each_once(stores: Stores) -> None:
    for name in ("tables", "airflow-3", "airflow-30"):
        stores.campaigns.save(applied(a_campaign(name)))
    stores.campaigns.save(applied(a_campaign("tables", channel="C0OTHER"), before=1))

    assert stores.campaigns.names() == ("airflow-3", "airflow-30", "tables")


def test_a_campaign_that_nobody_applied_is_named(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as missing:
        stores.campaigns.load("airflow-3")

    assert str(missing.value) == ("There is no campaign airflow-3. Apply its file: `migrate campaign apply FILE`.")


def test_a_campaign_that_is_not_there_has_no_history(stores: Stores) -> None:
    assert stores.campaigns.history("airflow-3") == Applications((), "")


def test_every_application_is_kept_and_chained_to_the_one_before(stores: Stores) -> None:
    files = [a_campaign(limits={"active": active}) for active in (1, 2, 1)]
    for before, campaign in enumerate(files):
        stores.campaigns.save(applied(campaign, before))
        stores.campaigns.save(applied(a_campaign("airflow-30"), before))

    found = stores.campaigns.history("airflow-3")

    assert [(one.number, one.actor, one.at) for one in found.records] == [
        (number, ACTOR, NOW + timedelta(hours=number - 1)) for number in (1, 2, 3)
    ]
    assert [Campaign.model_validate(one.campaign) for one in found.records] == files
    assert [one.previous for one in found.records] == ["", found.records[0].hash, found.records[1].hash]
    assert audited_chain(found.records, found.tail, 3, "application") == Audited(3, found.tail, (), chained_from=1)


def test_an_application_that_lost_leaves_no_trace_in_the_history(stores: Stores) -> None:
    stores.campaigns.save(applied(a_campaign()))
    before = stores.campaigns.history("airflow-3")

    with pytest.raises(StaleStateError):
        stores.campaigns.save(applied(a_campaign(channel="C0OTHER")))

    assert stores.campaigns.history("airflow-3") == before


def test_two_thousand_resources_fit(stores: Stores) -> None:
    resources = [
        {"id": f"cluster-{number:04d}", "name": f"Cluster {number} " + "x" * 150, "metadata": {"rank": number}}
        for number in range(2000)
    ]
    large = a_campaign(resources=resources)

    stores.campaigns.save(applied(large))

    assert stores.campaigns.load("airflow-3") == (1, large)
    assert len(stores.campaigns.history("airflow-3").records) == 1


def test_a_card_that_was_never_noted_is_none(stores: Stores) -> None:
    assert stores.posted_cards.load(CARD) is None


def test_the_newest_version_of_a_card_is_remembered(stores: Stores) -> None:
    seventh, eighth = PostedCard("C0MIGRATE", "1700000000.000100", 7), PostedCard("C0NEW", "1700000009.000100", 8)
    stores.posted_cards.save(CARD, seventh)
    stores.posted_cards.save(CARD, eighth)

    stores.posted_cards.save(CARD, seventh)

    assert stores.posted_cards.load(CARD) == eighth


def test_a_card_posted_again_for_the_same_version_is_remembered(stores: Stores) -> None:
    again = PostedCard("C0MIGRATE", "1700000009.000100", 7)
    stores.posted_cards.save(CARD, PostedCard("C0MIGRATE", "1700000000.000100", 7))

    stores.posted_cards.save(CARD, again)

    assert stores.posted_cards.load(CARD) == again


def test_cards_of_two_tracks_do_not_mix(stores: Stores) -> None:
    card = PostedCard("C0MIGRATE", "1700000000.000100", 0)
    stores.posted_cards.save(CARD, card)

    assert stores.posted_cards.load("airflow-3/alpha#prod") is None
    assert stores.posted_cards.load(CARD) == card


def test_how_far_a_cards_thread_is_told_is_remembered(stores: Stores) -> None:
    told = PostedCard("C0MIGRATE", "1700000000.000100", 7, told=5, telling=7)
    stores.posted_cards.save(CARD, PostedCard("C0MIGRATE", "1700000000.000100", 7, told=5))
    stores.posted_cards.save(CARD, told)

    assert stores.posted_cards.load(CARD) == told


def test_what_is_told_is_never_forgotten(stores: Stores) -> None:
    told = PostedCard("C0MIGRATE", "1700000000.000100", 8, told=8, telling=8)
    stores.posted_cards.save(CARD, told)

    stores.posted_cards.save(CARD, PostedCard("C0MIGRATE", "1700000000.000100", 9, told=6, telling=6))

    assert stores.posted_cards.load(CARD) == told
