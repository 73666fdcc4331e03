"""One signal is one step: what is saved, what is sent after it, who wins a race, and what heals a crash."""

import pytest

from shared import names
from shared.app.advance import advance, commit_of
from shared.domain.machine import decide
from shared.errors import RetryableError, StaleStateError
from state_schema.answers import Answer, Suggestion, done, refused
from state_schema.events import CheckpointDecided
from state_schema.migration import Failure
from state_schema.orders import CardMessage, DigestMessage, ReplyMessage
from state_schema.signals import Failed, Observed, ReplyTo, Reported, Succeeded, Ticked
from tests.fakes.crashes import Crash
from tests.fakes.queues import FakeQueues
from tests.fakes.races import DownOutbox, DyingOutbox, OvertakenMigrations
from tests.functional.journey import BILLING, EMAIL, REPLY_URL, REWRITE, Journey
from tests.stories import APPROVER, STRANGER, merged, pull_request, succeeded_run, the_campaign, the_plan

ADDRESS = "pull_request:7/1"
SECOND = "slack:T0ACME/U_SECOND"
TWO_OPERATORS = {"operators": ["slack:T0ACME/U_OPERATOR", SECOND], "approvers": [APPROVER]}
REPLY = ReplyTo(response_url=REPLY_URL)


def reported(journey: Journey, migration: str = EMAIL, **outputs: str | int) -> Reported:
    (order,) = journey.orders(migration)
    report = Succeeded(outputs={**outputs})
    return Reported(
        id=f"report-{order.key}",
        at=journey.clock(),
        migration=migration,
        key=order.key,
        skill=order.skill,
        report=report,
    )


def observed(journey: Journey, address: str, *, is_merged: bool = True) -> Observed:
    seen = merged() if is_merged else pull_request()
    return Observed(
        id="look-1", at=journey.clock(), migration=EMAIL, address=address, read_at=journey.clock(), seen=seen
    )


def tick(journey: Journey, migration: str = EMAIL) -> Ticked:
    return Ticked(id=f"tick-{journey.clock().isoformat()}", at=journey.clock(), migration=migration)


def ready_to_confirm(journey: Journey) -> Journey:
    """The cluster waits for a person's word in `test`."""
    address = journey.under_review()
    journey.take(observed(journey, address))
    journey.drain()
    (watch,) = journey.stores.watches
    journey.github.truth[watch.address] = merged()
    journey.clock.advance(1)
    journey.look(watch.address)
    journey.drain()
    journey.forget()
    assert journey.where()["test"] == "infra.apply awaiting_human"
    return journey


# What one step saves and sends.


def test_a_start_is_saved_once_and_sends_the_order_the_card_and_the_answer() -> None:
    journey = Journey()

    assert journey.take(journey.act("start")) == "3_events"

    assert journey.kinds() == ["migration_created", "migration_started", "track_started", "step_started"]
    (order,) = journey.orders()
    assert order.key == REWRITE
    text = "Started email.notifications; now code_migration.rewrite of shared is at work."
    assert journey.all_sent() == {
        "skill-rewrite-dags": [order.model_dump(mode="json")],
        "cards": [
            ReplyMessage(reply_to=REPLY, answer=done(text)).model_dump(mode="json"),
            CardMessage(migration=EMAIL, track="shared").model_dump(mode="json"),
            DigestMessage(campaign="airflow-3", wave=1, migration=EMAIL, version=4).model_dump(mode="json"),
        ],
    }


def test_a_newly_opened_watch_is_looked_at_at_once_because_the_merge_may_have_come_first() -> None:
    journey = Journey().started()

    journey.take(reported(journey, address=ADDRESS))

    assert [(one["address"], one["event"]) for one in journey.sent(names.SIGHTINGS)] == [(ADDRESS, "look")]
    assert journey.cards_and_replies() == [{"kind": "card", "migration": EMAIL, "track": "shared"}]


def test_a_watch_that_was_open_before_is_not_looked_at_again_with_every_step() -> None:
    journey = Journey()
    address = journey.under_review()

    assert journey.take(observed(journey, address, is_merged=False)) == "1_events"

    assert journey.sent(names.SIGHTINGS) == []


def test_a_watch_that_stays_open_is_not_written_again_with_every_step() -> None:
    journey = Journey()
    address = journey.under_review()
    loaded, signal = journey.engine.migrations.load(EMAIL), observed(journey, address, is_merged=False)

    commit = commit_of(loaded, decide(loaded.view, signal), signal)

    assert (commit.opened, commit.closed, len(commit.records)) == (frozenset(), frozenset(), 1)


def test_a_closed_watch_is_gone_from_the_store() -> None:
    journey = Journey()
    address = journey.under_review()

    journey.take(observed(journey, address))

    assert address not in {watch.address for watch in journey.stores.watches}


def test_a_click_that_works_is_answered_by_the_card_alone() -> None:
    journey = ready_to_confirm(Journey())

    journey.take(journey.click("test"))

    assert [message["kind"] for message in journey.cards_and_replies()] == ["card"]


def test_merged_from_a_person_means_look_and_says_so() -> None:
    journey = Journey()
    address = journey.under_review()
    before = journey.view().state

    assert journey.take(journey.act("pr-merged")) == "0_events"

    assert journey.view().state == before
    assert [one["address"] for one in journey.sent(names.SIGHTINGS)] == [address]
    assert [message["kind"] for message in journey.cards_and_replies()] == ["reply"]


def test_a_refused_act_is_recorded_and_answered() -> None:
    journey = Journey()

    assert journey.take(journey.act("start", actor=STRANGER)) == "not_permitted"

    assert journey.kinds() == ["migration_created", "act_refused"]
    (answer,) = journey.cards_and_replies()
    assert answer["answer"]["message"].startswith("Only an operator of the campaign can start a migration.")


def test_nothing_is_sent_where_saving_fails() -> None:
    journey = Journey()

    def busy() -> None:
        raise RetryableError("the store is busy")

    with pytest.raises(RetryableError, match="the store is busy"):
        journey.take(journey.act("start"), migrations=OvertakenMigrations(journey.engine.migrations, busy))

    assert journey.all_sent() == {}
    assert journey.kinds() == ["migration_created"]


def test_every_card_of_an_aborted_migration_is_shown_again_because_its_buttons_are_dead() -> None:
    journey = waiting_for_approvals(Journey())
    journey.take(journey.click("prod-us", "approve", actor=APPROVER))
    journey.forget()

    (order,) = journey.orders()
    fatal = Failed(category="fatal", reason="The cluster is gone.")
    journey.take(reported(journey).model_copy(update={"report": fatal}))

    assert order.track == "prod-us"
    assert journey.view().state.status == "aborted"
    tracks = [message["track"] for message in journey.cards_and_replies()]
    assert tracks == ["shared", "test", "prod-us", "prod-eu"]


# The same signal again.


@pytest.mark.parametrize("again", [False, True])
def test_the_same_act_twice_is_one_step(again: bool) -> None:
    journey = Journey()
    act = journey.act("start")
    journey.take(act)
    state = journey.view().state

    assert journey.take(act, again=again) == "0_events"

    assert journey.view().state == state


def test_the_same_report_twice_is_one_step_and_sends_nothing_more() -> None:
    journey = Journey().started()
    report = reported(journey, address=ADDRESS)
    journey.take(report)
    journey.forget()
    state = journey.view().state

    assert journey.take(report) == "0_events"

    assert journey.view().state == state
    assert journey.all_sent() == {}


def test_an_act_that_was_refused_is_refused_again_in_the_same_words() -> None:
    journey = Journey()
    act = journey.act("start", actor=STRANGER)
    with pytest.raises(Crash):
        journey.take(act, outbox=DyingOutbox(journey.queues))
    assert journey.all_sent() == {}

    assert journey.take(act, again=True) == "not_permitted"

    assert [event for event in journey.kinds() if event == "act_refused"] == ["act_refused"]
    (answer,) = journey.cards_and_replies()
    assert answer["answer"]["message"].startswith("Only an operator of the campaign can start a migration.")


# Crashes.


@pytest.mark.parametrize("sends", range(3))
def test_a_crash_between_save_and_send_is_healed_when_the_signal_is_received_again(sends: int) -> None:
    journey = Journey()
    act = journey.act("start")
    with pytest.raises(Crash):
        journey.take(act, outbox=DyingOutbox(journey.queues, sends))
    state = journey.view().state
    assert state.status == "in_progress"

    journey.take(act, again=True)

    assert journey.view().state == state
    assert {order["key"] for order in journey.sent("skill-rewrite-dags")} == {REWRITE}
    assert {"kind": "card", "migration": EMAIL, "track": "shared"} in journey.cards_and_replies()


def test_a_crash_after_a_watch_was_opened_is_healed_by_a_look() -> None:
    journey = Journey().started()
    report = reported(journey, address=ADDRESS)
    with pytest.raises(Crash):
        journey.take(report, outbox=DyingOutbox(journey.queues))

    journey.take(report, again=True)

    assert [one["address"] for one in journey.sent(names.SIGHTINGS)] == [ADDRESS]


def test_a_crash_between_save_and_send_is_healed_by_a_tick() -> None:
    journey = Journey()
    with pytest.raises(Crash):
        journey.take(journey.act("start"), outbox=DyingOutbox(journey.queues))

    journey.clock.advance(120)
    assert journey.sweep() == [EMAIL]
    journey.drain(names.SIGNALS)

    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]
    assert [message["track"] for message in journey.cards_and_replies()] == ["shared"]


def test_a_command_that_crashed_between_save_and_send_is_healed_when_it_is_received_again() -> None:
    journey = Journey()
    command = journey.command("start email.notifications", reply_to=REPLY)
    with pytest.raises(Crash):
        journey.take(command, outbox=DyingOutbox(journey.queues))
    assert journey.all_sent() == {}

    assert journey.take(command, again=True) == "answered"

    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]
    assert [message["kind"] for message in journey.cards_and_replies()] == ["card", "reply"]


def test_queues_that_cannot_be_reached_give_the_signal_back_to_its_own_queue() -> None:
    journey = Journey()
    act = journey.act("start")

    with pytest.raises(RetryableError, match="cannot be reached"):
        journey.take(act, outbox=DownOutbox())
    journey.take(act, again=True)

    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]


def test_a_write_that_succeeded_without_an_answer_is_not_taken_for_a_lost_race() -> None:
    journey = Journey()
    act = journey.act("start")

    def write_unheard() -> None:
        advance(act, store=journey.engine.store, outbox=FakeQueues(journey.clock))

    assert journey.take(act, migrations=OvertakenMigrations(journey.engine.migrations, write_unheard)) == "0_events"

    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]


# Races.


def test_of_two_people_who_click_at_once_one_wins_and_the_other_is_told_who_was_first() -> None:
    journey = ready_to_confirm(Journey(the_campaign(people=TWO_OPERATORS)))
    first, second = journey.click("test", id="click-1"), journey.click("test", id="click-2", actor=SECOND)
    racing = OvertakenMigrations(journey.engine.migrations, lambda: journey.take(first))

    assert journey.take(second, migrations=racing) == "already_decided"

    decided = [one.event for one in journey.stores.records[EMAIL] if isinstance(one.event, CheckpointDecided)]
    assert [(one.step, one.verb) for one in decided] == [("infra.apply", "infra-applied")]
    assert racing.loads == 2
    (told,) = [message["answer"] for message in journey.cards_and_replies() if message["kind"] == "reply"]
    assert Answer.model_validate(told) == Answer(
        status="refused",
        reason_code="already_decided",
        message="<@U_OPERATOR> answered this already with `infra-applied`, at 2026-03-02 09:00 UTC.",
        next_steps=("The card shows where it is now.",),
        suggestions=(Suggestion(label="See where it is", command="explain email.notifications"),),
        related_resources=("email.notifications",),
    )


def test_whoever_loses_against_another_event_still_gets_through() -> None:
    journey = ready_to_confirm(Journey(the_campaign(people=TWO_OPERATORS)))
    click = journey.click("test")
    refused = journey.act("start", actor=SECOND)
    racing = OvertakenMigrations(journey.engine.migrations, lambda: journey.take(refused))

    journey.take(click, migrations=racing)

    assert journey.where()["test"] == "deploy.run in_progress"
    numbers = [one.number for one in journey.stores.records[EMAIL]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_two_migrations_that_want_the_last_slot_do_not_both_get_it() -> None:
    journey = Journey()
    billing = journey.act("start", BILLING)
    racing = OvertakenMigrations(journey.engine.migrations, lambda: journey.take(billing))

    journey.take(journey.act("start"), migrations=racing)

    assert journey.where() == {"shared": "code_migration.rewrite queued"}
    assert journey.where(BILLING) == {"shared": "code_migration.rewrite in_progress"}


def test_ten_lost_races_leave_it_to_the_queue_and_send_nothing() -> None:
    journey = Journey()

    def overtake() -> None:
        raise StaleStateError("somebody was faster")

    racing = OvertakenMigrations(journey.engine.migrations, *[overtake] * 10)
    with pytest.raises(RetryableError, match="^airflow-3/email.notifications is written by many at once; act-start"):
        journey.take(journey.act("start"), migrations=racing)

    assert (racing.loads, journey.all_sent()) == (10, {})


def test_nine_lost_races_are_not_too_many() -> None:
    journey = Journey()

    def overtake() -> None:
        raise StaleStateError("somebody was faster")

    racing = OvertakenMigrations(journey.engine.migrations, *[overtake] * 9)
    assert journey.take(journey.act("start"), migrations=racing) == "3_events"


# What does not exist.


def test_a_persons_act_on_an_unknown_migration_changes_nothing_and_is_answered() -> None:
    journey = Journey()

    assert journey.take(journey.act("start", "airflow-3/email.notificatons")) == "unknown_migration"

    assert sorted(journey.stores.records) == [BILLING, EMAIL]
    answer = "The campaign has no `email.notificatons`. `/migrate status` lists what it has."
    assert journey.all_sent() == {
        "cards": [ReplyMessage(reply_to=REPLY, answer=refused("unknown_resource", answer)).model_dump(mode="json")]
    }


def test_a_machines_signal_for_an_unknown_migration_is_dropped() -> None:
    journey = Journey()

    assert journey.take(tick(journey, "airflow-3/nobody")) == "unknown_migration"

    assert journey.all_sent() == {}


# The line.


def two_started(journey: Journey) -> Journey:
    journey.take(journey.act("start"))
    journey.clock.advance(1)
    journey.take(journey.act("start", BILLING))
    journey.forget()
    assert journey.where(BILLING) == {"shared": "code_migration.rewrite queued"}
    return journey


def test_the_second_of_two_migrations_waits_for_the_only_slot() -> None:
    journey = two_started(Journey())

    assert journey.orders(BILLING) == []
    assert list(journey.view().gate.queue) == [f"{BILLING}/shared/code_migration.rewrite/1"]


def test_the_freeing_of_a_slot_wakes_who_is_next_in_line() -> None:
    journey = two_started(Journey())

    journey.take(reported(journey, address=ADDRESS))
    (wake,) = journey.sent(names.SIGNALS)
    assert (wake["kind"], wake["migration"]) == ("ticked", BILLING)

    journey.drain(names.SIGNALS)
    assert journey.where(BILLING) == {"shared": "code_migration.rewrite in_progress"}


def test_where_the_wake_is_lost_the_sweep_starts_who_is_next() -> None:
    journey = two_started(Journey())
    journey.take(reported(journey, address=ADDRESS))
    journey.forget()

    journey.clock.advance(60)
    journey.sweep()
    journey.drain(names.SIGNALS)

    assert journey.where(BILLING) == {"shared": "code_migration.rewrite in_progress"}
    assert [order["migration"] for order in journey.sent("skill-rewrite-dags")] == [BILLING]


def test_where_the_waker_crashed_its_signal_received_again_wakes() -> None:
    journey = two_started(Journey())
    report = reported(journey, address=ADDRESS)
    with pytest.raises(Crash):
        journey.take(report, outbox=DyingOutbox(journey.queues))

    journey.take(report, again=True)

    assert [wake["migration"] for wake in journey.sent(names.SIGNALS)] == [BILLING]


def test_a_place_that_is_freed_wakes_whom_it_fits_though_another_step_starts_at_once() -> None:
    """One place in `test`: when the first goes on to `prod`, as many slots are held as before, and the second fits."""
    plan = the_plan(
        environments={"test": {}, "prod": {"blocked_by": ["test"]}},
        phases=[{"name": "verify", "steps": [{"id": "check", "skill": "verify"}]}],
    )
    limits = {"active": 2, "environments": {"test": 1}}
    journey = Journey(the_campaign(limits=limits, gates={}, windows=[]), plan)
    for migration in (EMAIL, BILLING):
        journey.clock.advance(1)
        journey.take(journey.act("start", migration))
    journey.forget()
    assert journey.where(BILLING) == {"test": "verify.check queued"}

    journey.take(reported(journey))

    assert list(journey.view().gate.held) == [f"{EMAIL}/prod/verify.check/1"]
    assert [wake["migration"] for wake in journey.sent(names.SIGNALS)] == [BILLING]


def test_an_aborted_migration_leaves_the_line_so_that_others_go_on() -> None:
    journey = waiting_for_approvals(Journey())
    for track in ("prod-us", "prod-eu"):
        journey.clock.advance(1)
        journey.take(journey.click(track, "approve", actor=APPROVER))
    journey.take(journey.act("start", BILLING))
    journey.forget()
    assert len(journey.view().gate.queue) == 2

    fatal = Failed(category="fatal", reason="The cluster is gone.")
    journey.take(reported(journey).model_copy(update={"report": fatal}))
    journey.drain(names.SIGNALS)

    assert journey.where(BILLING) == {"shared": "code_migration.rewrite in_progress"}
    assert list(journey.view().gate.held) == [f"{BILLING}/shared/code_migration.rewrite/1"]
    assert journey.view().gate.queue == {}


def test_a_failure_frees_the_slot_while_people_decide() -> None:
    journey = two_started(Journey())
    failed = Failed(category="blocking", reason="No such folder.", code="folder_not_found")
    journey.take(reported(journey).model_copy(update={"report": failed}))

    step = journey.view().state.tracks["shared"].steps["code_migration.rewrite"]
    assert step.failure == Failure(category="blocking", reason="No such folder.", code="folder_not_found")
    assert [wake["migration"] for wake in journey.sent(names.SIGNALS)] == [BILLING]


def test_many_migrations_take_turns_until_all_are_started() -> None:
    resources = [{"id": f"cluster-{number}"} for number in range(7)]
    journey = Journey(the_campaign(resources=resources))
    for number in range(7):
        journey.clock.advance(1)
        journey.take(journey.act("start", f"airflow-3/cluster-{number}"))

    journey.drain()

    assert {journey.view(f"airflow-3/cluster-{n}").state.tracks["shared"].step for n in range(7)} == {
        "code_migration.review"
    }
    assert sorted(journey.worked) == [f"airflow-3/cluster-{n}/shared/code_migration.rewrite/1" for n in range(7)]
    assert (journey.view("airflow-3/cluster-0").gate.held, journey.view("airflow-3/cluster-0").gate.queue) == ({}, {})


def waiting_for_approvals(journey: Journey) -> Journey:
    """`test` is completed, and both production environments ask for approval."""
    journey.take(journey.act("start"))
    for _ in range(60):
        journey.drain()
        journey.clock.advance(1)
        if journey.where().get("prod-us"):
            journey.forget()
            return journey
        for watch in list(journey.stores.watches):
            journey.github.truth[watch.address] = merged() if watch.address.startswith("pull") else succeeded_run()
            journey.look(watch.address)
        if journey.view().state.status == "awaiting_human" and not journey.stores.watches:
            journey.take(journey.click("test"))
    raise AssertionError(f"production never asked: {journey.where()}")
