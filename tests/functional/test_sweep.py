"""The only timer: it ticks what is due and only that, forgets nothing, and brings back whatever was lost."""

from datetime import timedelta

import pytest

from shared import names
from shared.errors import NotFoundError, PermanentError, RetryableError
from state_schema.signals import Ticked
from tests.fakes.crashes import Crash
from tests.fakes.races import DyingOutbox, InterruptedMigrations, LateDueTimes
from tests.functional.journey import BILLING, EMAIL, REWRITE, Journey
from tests.stories import merged, the_campaign, the_plan


def test_what_is_not_started_is_never_due() -> None:
    journey = Journey()
    journey.clock.advance(10**9)

    assert journey.sweep() == []
    assert journey.all_sent() == {}


def test_what_is_not_due_yet_is_left_alone() -> None:
    journey = Journey().started()
    journey.clock.advance(119)

    assert journey.sweep() == []
    assert journey.all_sent() == {}


def test_what_is_due_is_ticked_and_nothing_else() -> None:
    journey = Journey().started()
    journey.clock.advance(90)
    journey.take(journey.act("start", BILLING))
    journey.forget()
    due_at = journey.stores.due[EMAIL]
    journey.clock.advance(30)

    assert journey.sweep() == [EMAIL]

    tick = Ticked(id=f"tick:{EMAIL}:{due_at.isoformat()}", at=journey.clock(), migration=EMAIL)
    assert journey.all_sent() == {"signals": [tick.model_dump(mode="json")]}


def test_what_is_ticked_is_not_due_again_at_the_next_sweep() -> None:
    journey = Journey().started()
    journey.clock.advance(120)
    assert journey.sweep() == [EMAIL]
    journey.clock.advance(60)

    assert journey.sweep() == []


@pytest.mark.parametrize(
    ("waits_for", "again"),
    [
        pytest.param("skill", timedelta(minutes=2), id="an order without a report"),
        pytest.param("people", timedelta(minutes=30), id="a pull request that waits for people"),
        pytest.param("slot", timedelta(minutes=1), id="a place in the line"),
    ],
)
def test_a_tick_that_changes_nothing_is_repeated_as_often_as_what_is_waited_for_deserves(
    waits_for: str, again: timedelta
) -> None:
    journey = Journey()
    if waits_for == "people":
        journey.under_review()
    else:
        journey.started()
    migration = EMAIL
    if waits_for == "slot":
        migration = BILLING
        journey.take(journey.act("start", BILLING))
    journey.clock.advance(3600)

    journey.sweep()

    assert journey.stores.due[migration] == journey.clock() + again


def test_a_thousand_sweeps_over_a_review_of_one_day_look_at_github_about_twice_an_hour() -> None:
    journey = Journey()
    journey.under_review()
    for _ in range(24 * 60):
        journey.clock.advance(60)
        journey.sweep()
        journey.drain(names.SIGNALS, names.SIGHTINGS)

    assert 40 <= len(journey.github.reads) <= 50


def test_a_crash_between_send_and_claim_ticks_again_and_forgets_nothing() -> None:
    journey = Journey().started()
    journey.clock.advance(120)

    with pytest.raises(Crash):
        journey.sweep(outbox=DyingOutbox(journey.queues))
    assert journey.stores.due[EMAIL] <= journey.clock()

    journey.clock.advance(60)
    assert journey.sweep() == [EMAIL]
    journey.drain(names.SIGNALS)
    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]


def test_two_sweeps_at_once_tick_once() -> None:
    journey = Journey().started()
    journey.clock.advance(120)
    late = LateDueTimes(journey.engine.due_times, journey.clock())
    assert journey.sweep() == [EMAIL]

    assert journey.sweep(due_times=late) == []
    assert len(journey.sent(names.SIGNALS)) == 1


def test_a_step_that_was_faster_than_the_claim_keeps_its_own_time() -> None:
    journey = Journey().started()
    journey.clock.advance(120)
    journey.work(journey.orders()[0])
    overtaking = InterruptedMigrations(journey.engine.migrations, lambda _: journey.drain(names.SIGNALS))

    assert journey.sweep(migrations=overtaking) == []

    review = journey.view().state.changed_at
    assert journey.stores.due[EMAIL] == review + timedelta(minutes=30)


def test_the_limit_takes_the_oldest_first_and_leaves_the_rest_to_the_next_sweep() -> None:
    journey = Journey().started()
    journey.clock.advance(10)
    journey.take(journey.act("start", BILLING))
    journey.clock.advance(3600)
    journey.stores.due[EMAIL] = journey.clock() - timedelta(minutes=5)
    journey.stores.due[BILLING] = journey.clock() - timedelta(minutes=6)

    assert journey.sweep(limit=1) == [BILLING]
    assert journey.sweep(limit=1) == [EMAIL]
    assert journey.sweep(limit=1) == []


@pytest.mark.parametrize("error", [NotFoundError("no such plan"), PermanentError("cannot be read")])
def test_one_migration_that_cannot_be_read_holds_up_none_of_the_others(error: Exception) -> None:
    journey = Journey().started()
    journey.take(journey.act("start", BILLING))
    journey.forget()
    journey.clock.advance(3600)

    def cannot_be_read(migration: str) -> None:
        if migration == EMAIL:
            raise error

    ticked = journey.sweep(migrations=InterruptedMigrations(journey.engine.migrations, cannot_be_read))

    assert sorted(ticked) == [BILLING, EMAIL]
    assert journey.stores.due[EMAIL] == journey.clock() + timedelta(minutes=2)


def test_a_lost_order_comes_back() -> None:
    journey = Journey().started()
    journey.clock.advance(120)
    journey.sweep()
    journey.drain()

    assert journey.worked == [REWRITE]
    assert journey.where()["shared"] == "code_migration.review awaiting_human"


def test_a_lost_report_comes_back_without_a_second_act() -> None:
    journey = Journey().started()
    journey.work(journey.orders()[0])
    journey.forget()

    journey.clock.advance(301)
    journey.sweep()
    journey.drain()

    assert journey.worked == [REWRITE]
    assert journey.where()["shared"] == "code_migration.review awaiting_human"


def test_a_merge_whose_webhook_was_lost_is_found() -> None:
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = merged()
    assert journey.where() == {"shared": "code_migration.review awaiting_human"}

    journey.clock.advance(1800)
    journey.sweep()
    journey.drain()

    assert journey.where() == {
        "shared": "code_migration.review completed",
        "test": "infra.review awaiting_human",
    }


def test_a_card_that_slack_did_not_take_is_shown_by_the_sweep() -> None:
    journey = Journey()
    journey.under_review()
    journey.slack.messages.clear()
    journey.posted_cards.cards.clear()

    journey.clock.advance(1800)
    journey.sweep()
    journey.drain()

    assert [one.card for one in journey.slack.messages.values() if not one.thread] == [f"{EMAIL}#shared"]


def test_a_finished_migration_is_never_due_again() -> None:
    plan = the_plan(
        environments={"test": {}}, phases=[{"name": "verify", "steps": [{"id": "check", "skill": "verify"}]}]
    )
    journey = Journey(the_campaign(gates={}, limits={}, windows=[]), plan).started()
    assert list(journey.stores.due) == [EMAIL]

    journey.work(journey.orders()[0])
    journey.drain()

    assert journey.view().state.status == "completed"
    assert journey.stores.due == {}


def test_a_store_that_is_busy_ends_the_sweep_and_the_next_one_goes_on() -> None:
    journey = Journey().started()
    journey.clock.advance(120)

    def busy(_: str) -> None:
        raise RetryableError("the store is busy")

    with pytest.raises(RetryableError, match="the store is busy"):
        journey.sweep(migrations=InterruptedMigrations(journey.engine.migrations, busy))

    assert journey.sweep() == [EMAIL]
