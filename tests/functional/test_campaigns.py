"""Applying a campaign: looked at without a trace, checked before anything is written, and completed after any crash."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.app.audit import migrations_of
from shared.app.campaigns import Application, apply, prepare
from shared.domain.campaign_changes import Change, Changes
from shared.domain.history import fold
from shared.domain.holding import breaker_is_open, size_of
from shared.errors import InvalidInputError, NotFoundError, RetryableError
from shared.ports.migrations import Migrations
from state_schema.campaign import Campaign
from state_schema.events import MigrationCreated
from state_schema.gate import Gate
from tests.fakes.crashes import Crash
from tests.fakes.races import OvertakenMigrations
from tests.fakes.stores import FakeCampaigns, FakeControls, FakeMigrationIndex, FakeMigrations, FakePlans, FakeStores
from tests.functional.journey import BILLING, EMAIL, Journey
from tests.stories import APPROVER, MONDAY, the_campaign, the_plan

ACTOR = "principal:local"
A, B, C = {"id": "a"}, {"id": "b"}, {"id": "c", "wave": 2}


class Desk:
    """Where plans are published and campaigns applied."""

    def __init__(self) -> None:
        self.stores = FakeStores()
        self.plans = FakePlans(self.stores)
        self.campaigns = FakeCampaigns(self.stores)
        self.controls = FakeControls(self.stores)
        self.migrations: Migrations = FakeMigrations(self.stores)
        self.plans.publish(the_plan())

    def prepare(self, campaign: Campaign | None = None) -> Application:
        return prepare(
            campaign or the_campaign(), plans=self.plans, campaigns=self.campaigns, migrations=self.migrations
        )

    def apply(self, campaign: Campaign | None = None, migrations: Migrations | None = None) -> Application:
        found = self.prepare(campaign)
        self.write(found, migrations)
        return found

    def write(self, application: Application, migrations: Migrations | None = None) -> None:
        apply(
            application,
            actor=ACTOR,
            at=MONDAY,
            campaigns=self.campaigns,
            controls=self.controls,
            migrations=migrations or self.migrations,
        )


def names(application: Application) -> tuple[list[str], list[str], bool]:
    return [one.id for one in application.new], [one.id for one in application.known], application.changed


def test_preparing_writes_nothing() -> None:
    desk = Desk()

    found = desk.prepare()

    assert names(found) == (["email.notifications", "billing.reports"], [], True)
    assert found.problems == ()
    assert (desk.stores.states, desk.stores.campaigns) == ({}, {})


def test_applying_creates_the_campaign_and_a_migration_for_each_resource() -> None:
    desk = Desk()

    desk.apply()

    assert desk.campaigns.load("airflow-3") == (1, the_campaign())
    assert sorted(desk.stores.states) == [BILLING, EMAIL]
    state = desk.stores.states[EMAIL]
    assert (state.status, state.version, state.plan) == ("pending", 1, "airflow-3@1")
    assert state.environments == ("test", "prod-us", "prod-eu")
    (recorded,) = desk.stores.records[EMAIL]
    assert (recorded.actor, recorded.at, recorded.number, recorded.previous) == (ACTOR, MONDAY, 1, "")
    assert isinstance(recorded.event, MigrationCreated)
    assert fold(desk.stores.records[EMAIL]) == state
    assert desk.stores.due == {}


def test_the_list_shows_who_can_be_started() -> None:
    desk = Desk()
    desk.apply()

    rows = list(FakeMigrationIndex(desk.stores).in_campaign("airflow-3"))

    assert [(row.resource, row.wave, row.status, row.actionable) for row in rows] == [
        ("email.notifications", 1, "pending", True),
        ("billing.reports", 2, "pending", True),
    ]


def test_applying_again_writes_nothing() -> None:
    desk = Desk()
    desk.apply()
    before = (dict(desk.stores.states), list(desk.stores.campaigns["airflow-3"]))

    found = desk.apply()

    assert names(found) == ([], ["email.notifications", "billing.reports"], False)
    assert (dict(desk.stores.states), list(desk.stores.campaigns["airflow-3"])) == before


@pytest.mark.parametrize("writes", [0, 1])
def test_a_crash_midway_is_completed_by_applying_again(writes: int) -> None:
    desk = Desk()

    def killed() -> None:
        raise Crash("killed")

    others: list[Callable[[], object]] = [lambda: None] * writes
    with pytest.raises(Crash):
        desk.apply(migrations=OvertakenMigrations(desk.migrations, *others, killed))
    assert len(desk.stores.states) == writes

    found = desk.apply()

    assert found.changed is False
    assert len(found.new) == 2 - writes
    assert sorted(desk.stores.states) == [BILLING, EMAIL]
    assert [len(records) for records in desk.stores.records.values()] == [1, 1]


def test_a_resource_that_is_added_later_gets_a_migration_and_the_others_stay_as_they_are() -> None:
    desk = Desk()
    desk.apply(the_campaign(resources=[{"id": "email.notifications"}]))
    before = desk.stores.states[EMAIL]

    found = desk.apply(the_campaign(resources=[{"id": "email.notifications", "owner": "others"}, {"id": "late"}]))

    assert names(found) == (["late"], ["email.notifications"], True)
    assert desk.stores.states[EMAIL] == before
    assert desk.stores.states["airflow-3/late"].status == "pending"
    assert desk.campaigns.load("airflow-3")[0] == 2


def test_what_the_file_changes_and_leaves_out_is_told_before_it_is_applied() -> None:
    journey = ended(Journey(the_campaign(resources=[{**A, "owner": "team-a"}, B, {"id": "d"}])), "d")
    engine = journey.engine
    after = the_campaign(resources=[{**A, "owner": "team-b"}, B, {"id": "late"}], channel="C0OTHER")

    found = prepare(after, plans=engine.plans, campaigns=engine.campaigns, migrations=engine.migrations)

    assert names(found) == (["late"], ["a", "b"], True)
    assert found.changes == Changes(
        resources={"a": (Change("owner", "team-a", "team-b"),)},
        gone=("d",),
        settings=(Change("channel", "C0MIGRATE", "C0OTHER"),),
    )


def test_applying_the_same_file_again_changes_nothing() -> None:
    desk = Desk()
    desk.apply()

    assert desk.prepare().changes == Changes()


def test_people_who_are_added_later_count_from_then_on() -> None:
    desk = Desk()
    desk.apply()

    desk.apply(the_campaign(people={"operators": ["slack:T0ACME/U_NEW"], "approvers": [APPROVER]}))

    assert desk.migrations.load(EMAIL).view.campaign.people.operators == ("slack:T0ACME/U_NEW",)


def test_a_resource_goes_only_through_the_environments_that_it_chose() -> None:
    desk = Desk()

    desk.apply(the_campaign(resources=[{"id": "email.notifications", "environments": ["prod-us", "test"]}]))

    assert desk.stores.states[EMAIL].environments == ("test", "prod-us")


@pytest.mark.parametrize(
    ("campaign", "problem"),
    [
        (
            the_campaign(resources=[{"id": "a"}, {"id": "a"}]),
            "resources.1.id: 'a' is listed twice",
        ),
        (
            the_campaign(resources=[{"id": "a", "wave": 9}]),
            "resources.0.wave: there is no wave 9; waves: [1, 2]",
        ),
        (
            the_campaign(resources=[{"id": "a", "environments": ["prod-us"]}]),
            "resources.0.environments: prod-us is blocked by test, which this resource leaves out",
        ),
    ],
)
def test_problems_stop_it_before_anything_is_written(campaign: Campaign, problem: str) -> None:
    desk = Desk()
    found = desk.prepare(campaign)
    assert len(found.problems) == 1

    with pytest.raises(InvalidInputError) as caught:
        desk.write(found)

    assert caught.value.problems == (problem,)
    assert (desk.stores.states, desk.stores.campaigns) == ({}, {})


def two_waves(*resources: Mapping[str, object], **more: Any) -> Campaign:
    return the_campaign(resources=list(resources), waves={1: {}, 2: {"after": 1}}, **more)


def ended(journey: Journey, *resources: str) -> Journey:
    for resource in resources:
        migration = f"airflow-3/{resource}"
        journey.take(journey.act("abort", migration, note="It is not used any more."))
        assert journey.view(migration).state.status == "aborted"
    return journey


def starts(journey: Journey, resource: str) -> bool:
    return journey.type(f"start {resource}").ok


def test_what_is_left_out_after_its_end_stays_a_part_of_its_wave() -> None:
    journey = ended(Journey(two_waves(A, B, C)), "a")

    journey.apply(two_waves(B, C))
    assert not starts(journey, "c")

    ended(journey, "b")
    assert starts(journey, "c")


def test_what_was_left_out_comes_back_as_it_was() -> None:
    journey = ended(Journey(two_waves(A, B, C)), "a")
    journey.apply(two_waves(B, C))
    journey.apply(two_waves(B, C, channel="C0OTHER"))

    assert [one.id for one in journey.view("airflow-3/b").campaign.gone] == ["a"]
    journey.apply(two_waves(A, B, C))

    assert journey.view("airflow-3/b").campaign == two_waves(A, B, C)
    ended(journey, "b")
    assert starts(journey, "c")


@pytest.mark.parametrize("status", ["pending", "in_progress"])
def test_what_is_not_over_cannot_be_left_out(status: str) -> None:
    journey = Journey(two_waves(A, B, C))
    if status != "pending":
        assert starts(journey, "a")

    with pytest.raises(InvalidInputError) as refused:
        journey.apply(two_waves(B, C))

    (problem,) = refused.value.problems
    assert problem == (
        f"resources: a is left out, and its migration is not over ({status}): put it back, or end it first: "
        "`migrate say abort a REASON`"
    )
    assert journey.view("airflow-3/b").campaign == two_waves(A, B, C)


def test_what_was_applied_cannot_be_put_into_another_wave() -> None:
    journey = Journey(two_waves(A, {**B, "wave": 2}, C))

    with pytest.raises(InvalidInputError) as refused:
        journey.apply(two_waves(A, B, C))

    (problem,) = refused.value.problems
    assert problem == (
        "resources.1.wave: b is in wave 2 since it was applied, and what was applied keeps its wave: "
        "write 2; `open-wave` lets a wave start early"
    )
    ended(journey, "a")
    assert starts(journey, "c")


def test_what_ended_and_was_left_out_counts_for_the_share_that_trips_the_breaker() -> None:
    whole = two_waves(A, B, breaker={"failures": "50%"})
    journey = ended(Journey(whole), "a")
    journey.apply(two_waves(B, breaker={"failures": "50%"}))
    campaign = journey.view("airflow-3/b").campaign

    assert size_of(campaign, 1) == 2
    assert breaker_is_open(Gate(campaign="airflow-3", failures={1: ("b",)}), campaign, 1)


def test_what_was_left_out_is_audited_even_where_the_list_has_lost_it() -> None:
    journey = ended(Journey(two_waves(A, B)), "a")
    journey.apply(two_waves(B))
    empty = FakeMigrationIndex(FakeStores())

    found = migrations_of("airflow-3", store=replace(journey.engine.store, index=empty))

    assert found.migrations == ("airflow-3/a", "airflow-3/b")


def test_a_file_does_not_say_what_was_left_out() -> None:
    found = Desk().prepare(the_campaign(gone=[{"id": "old"}]))

    assert [place for place, _ in found.problems] == [("gone",)]


def test_a_campaign_whose_plan_is_not_published_is_refused() -> None:
    desk = Desk()

    with pytest.raises(NotFoundError, match="There is no plan airflow-3@9. Publish its file"):
        desk.prepare(the_campaign(plan="airflow-3@9"))


def test_of_two_who_apply_at_once_the_second_is_told_to_look_again() -> None:
    desk = Desk()
    late = desk.prepare(the_campaign(channel="C0LATE"))
    desk.apply()

    with pytest.raises(RetryableError, match="^airflow-3 was applied by somebody else just now"):
        desk.write(late)

    assert desk.campaigns.load("airflow-3") == (1, the_campaign())


def test_a_migration_that_somebody_else_created_meanwhile_is_left_as_it_is() -> None:
    desk = Desk()
    desk.apply()
    before = dict(desk.stores.states)
    known = desk.prepare()

    desk.write(replace(known, new=known.known, known=()))

    assert desk.stores.states == before
    assert [len(records) for records in desk.stores.records.values()] == [1, 1]


def test_a_published_plan_is_published_once() -> None:
    assert Desk().plans.publish(the_plan()) is False


def test_another_plan_under_the_same_version_is_refused_and_the_first_stays() -> None:
    desk = Desk()

    with pytest.raises(InvalidInputError, match="airflow-3@1 is published already and never changes"):
        desk.plans.publish(the_plan(unit="service"))

    assert desk.plans.load("airflow-3@1") == the_plan()


def test_a_new_version_of_the_plan_is_for_new_migrations_only() -> None:
    desk = Desk()
    desk.apply(the_campaign(resources=[{"id": "email.notifications"}]))
    desk.plans.publish(the_plan(version=2))

    desk.apply(the_campaign(plan="airflow-3@2", resources=[{"id": "email.notifications"}, {"id": "late"}]))

    assert desk.migrations.load(EMAIL).view.plan.ref == "airflow-3@1"
    assert desk.migrations.load("airflow-3/late").view.plan.ref == "airflow-3@2"
