"""What becomes of a dead letter, and of a parked act that is given another try."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import names
from shared.app.park import DeadLetter, Fate, park
from shared.app.redrive import Redriven, every_parked, redrive
from shared.domain.digests import digest_of
from shared.errors import PermanentError, RetryableError
from shared.ports.campaigns import Campaigns
from shared.ports.parking import Parking
from shared.ports.queues import Outbox
from state_schema.answers import done, refused
from state_schema.orders import CardMessage, Order, ReplyMessage
from state_schema.parked import LARGEST_RAW, Parked
from state_schema.signals import Act, Command, ReplyTo, Reported, Ticked
from tests.fakes.crashes import Crash
from tests.fakes.parking import FakeParking
from tests.fakes.races import DyingOutbox
from tests.functional.journey import EMAIL, REPLY_URL, REWRITE, Journey
from tests.stories import MONDAY, OPERATOR, STRANGER, merged, the_campaign

SIGNALS_DEAD = names.dead_letter_queue(names.SIGNALS)
REWRITE_DEAD = names.dead_letter_queue(names.skill_queue("rewrite_dags"))


class FakeUnreadableCampaigns:
    """The port Campaigns of a store whose one campaign a later release wrote."""

    def __init__(self, inner: Campaigns) -> None:
        self.names = inner.names
        self.save = inner.save
        self.history = inner.history

    def load(self, campaign: str) -> Any:
        raise PermanentError(f"the campaign {campaign} cannot be read", code="unreadable")


class FakeDyingParking(FakeParking):
    """The port Parking of a process that dies before it removes anything."""

    def remove(self, item: Parked) -> None:
        raise Crash("before it was removed")


class FakeBusyParking(FakeParking):
    """The port Parking of a store that is busy."""

    def add(self, item: Parked) -> bool:
        raise RetryableError("the store is busy")


@dataclass
class Yard:
    """A world and its parking."""

    journey: Journey = field(default_factory=lambda: Journey(the_campaign(windows=[])))

    def park(
        self,
        body: str,
        queue: str = SIGNALS_DEAD,
        at: datetime = MONDAY,
        campaigns: Campaigns | None = None,
        **ports: Any,
    ) -> Fate:
        given: dict[str, Any] = {"parking": self.journey.parked, "outbox": self.journey.queues, **ports}
        campaigns = campaigns or self.journey.engine.campaigns
        return park(DeadLetter(queue, body, at), campaigns=campaigns, now=self.journey.clock(), **given)

    def parked(self, act: Act | Command) -> Parked:
        """The item that the act becomes; nothing else is left of parking it."""
        self.park(act.model_dump_json())
        self.journey.forget()
        return next(item for item in self.items if item.act == act)

    @property
    def items(self) -> list[Parked]:
        return every_parked(self.journey.engine.campaigns, self.journey.parked)

    def redrive(self, item: Parked, parking: Parking | None = None, outbox: Outbox | None = None) -> Redriven:
        engine = self.journey.engine
        return redrive(
            item,
            parking=parking or self.journey.parked,
            store=engine.store,
            outbox=outbox or self.journey.queues,
            now=self.journey.clock(),
        )


@pytest.fixture
def yard() -> Yard:
    return Yard()


# A person's act is kept.


def test_an_act_is_kept_as_it_was(yard: Yard) -> None:
    act = yard.journey.act("start")
    body = act.model_dump_json()
    yard.journey.clock.advance(7200)

    fate = yard.park(body, at=MONDAY + timedelta(hours=1))

    item = Parked(
        id=digest_of(SIGNALS_DEAD, body),
        at=MONDAY,
        campaign="airflow-3",
        queue=SIGNALS_DEAD,
        act=act,
        size=len(body),
    )
    assert fate == Fate("parked", "act", item.id)
    assert yard.items == [item]


def test_an_act_that_comes_twice_is_kept_once(yard: Yard) -> None:
    body = yard.journey.act("start").model_dump_json()

    assert yard.park(body) == yard.park(body)

    assert len(yard.items) == 1


def test_whoever_acted_is_told_that_it_is_kept(yard: Yard) -> None:
    yard.park(yard.journey.act("start").model_dump_json())

    (item,) = yard.items
    assert yard.journey.sent(names.CARDS) == [
        ReplyMessage(
            reply_to=ReplyTo(response_url=REPLY_URL),
            answer=refused(
                "parked",
                "I could not take `start airflow-3/email.notifications` now. It is kept: an operator can apply it with "
                f"`migrate redrive {item.id}`. Nothing has changed so far.",
            ),
        ).model_dump(mode="json")
    ]


def test_an_act_without_an_address_to_answer_to_is_kept_in_silence(yard: Yard) -> None:
    yard.park(yard.journey.act("start", reply_to=None).model_dump_json())

    assert (len(yard.items), yard.journey.all_sent()) == (1, {})


@pytest.mark.parametrize("sends", [0, 1])
def test_a_crash_while_parking_loses_nothing(yard: Yard, sends: int) -> None:
    body = yard.journey.act("start").model_dump_json()
    if not sends:
        with pytest.raises(Crash):
            yard.park(body, outbox=DyingOutbox(yard.journey.queues, sends))

    yard.park(body)

    assert (len(yard.items), len(yard.journey.sent(names.CARDS))) == (1, 1)


def test_a_busy_store_gives_the_letter_back(yard: Yard) -> None:
    with pytest.raises(RetryableError):
        yard.park(yard.journey.act("start").model_dump_json(), parking=FakeBusyParking())


def test_a_command_is_kept_with_the_campaign_of_its_channel(yard: Yard) -> None:
    command = yard.journey.command("start email.notifications")

    fate = yard.park(command.model_dump_json())

    (item,) = yard.items
    assert (fate.kind, item.campaign, item.act) == ("command", "airflow-3", command)


@pytest.mark.parametrize("option", ["--campaign airflow-3", "--campaign=airflow-3", "\u2014campaign airflow-3"])
def test_a_command_that_names_its_campaign_is_kept_there(yard: Yard, option: str) -> None:
    command = yard.journey.command(f"start email.notifications {option}", channel="C0NOWHERE")

    yard.park(command.model_dump_json())

    assert [item.campaign for item in yard.items] == ["airflow-3"]


@pytest.mark.parametrize("channel", ["C0NOWHERE", None])
def test_a_command_of_an_unknown_campaign_is_kept_all_the_same(yard: Yard, channel: str | None) -> None:
    yard.park(yard.journey.command("start email.notifications", channel=channel).model_dump_json())

    assert [(item.campaign, item.act is not None) for item in yard.items] == [(None, True)]


def test_an_act_on_an_unknown_campaign_is_kept_where_it_is_found(yard: Yard) -> None:
    yard.park(yard.journey.act("start", migration="gone/email.notifications").model_dump_json())

    assert [item.campaign for item in yard.items] == [None]


def test_a_command_is_kept_where_no_campaign_can_be_read(yard: Yard) -> None:
    unreadable = FakeUnreadableCampaigns(yard.journey.engine.campaigns)

    yard.park(yard.journey.command("start email.notifications").model_dump_json(), campaigns=unreadable)

    assert [item.campaign for item in yard.items] == [None]


# What nobody can read is kept too.


UNREADABLE = [
    pytest.param("", id="empty"),
    pytest.param("not json", id="not JSON"),
    pytest.param("null", id="null"),
    pytest.param("[" * 100_000, id="nested too deeply"),
    pytest.param('{"kind": "nonsense"}', id="a kind that nobody knows"),
    pytest.param('{"kind": "act", "id": 7}', id="fields of the wrong type"),
    pytest.param('{"kind": "ticked"\x00}', id="a control character"),
]
EVERY_QUEUE = [*names.DEAD_LETTER_QUEUES, "somebody-elses-queue"]


@pytest.mark.parametrize("queue", EVERY_QUEUE)
@pytest.mark.parametrize("body", UNREADABLE)
def test_what_nobody_can_read_is_kept_raw_with_its_queue(yard: Yard, queue: str, body: str) -> None:
    fate = yard.park(body, queue)

    (item,) = yard.items
    assert (item.queue, item.raw, item.size, item.at, item.campaign) == (queue, body, len(body), MONDAY, None)
    assert fate == Fate("parked", "unreadable", item.id)


def test_a_letter_in_the_wrong_queue_is_kept_raw(yard: Yard) -> None:
    body = yard.journey.act("start").model_dump_json()

    for queue in names.DEAD_LETTER_QUEUES:
        if queue != SIGNALS_DEAD:
            yard.park(body, queue)

    assert {item.raw for item in yard.items} == {body}
    assert len(yard.items) == len(names.DEAD_LETTER_QUEUES) - 1


@pytest.mark.parametrize("character", ["x", "ü", "\U0001f600"])
def test_what_is_huge_is_cut_and_says_how_long_it_was(yard: Yard, character: str) -> None:
    yard.park(character * 1_000_000)

    (item,) = yard.items
    assert item.raw is not None
    assert LARGEST_RAW - 4 < len(item.raw.encode()) <= LARGEST_RAW
    assert item.size == len(character.encode()) * 1_000_000


def test_half_a_character_does_not_break_it(yard: Yard) -> None:
    yard.park("\ud800")

    assert [item.raw for item in yard.items] == ["\\ud800"]


def test_a_credential_is_never_stored(yard: Yard) -> None:
    secret = "ghp_" + "a" * 36

    yard.park(json.dumps({"kind": "reported", "report": {"outputs": {"url": f"https://{secret}"}}}))

    assert [item.raw for item in yard.items] == ["(withheld: it holds something like a credential)"]
    assert secret not in yard.items[0].model_dump_json()


# What follows from the state is not kept.


def test_machines_signals_sightings_and_cards_are_dropped(yard: Yard) -> None:
    address = yard.journey.under_review()
    look = yard.journey.sighting(address)
    tick = Ticked(id="tick", at=MONDAY, migration=EMAIL)
    yard.journey.github.truth[address] = merged()
    yard.journey.look(address)
    (observed,) = yard.journey.sent(names.SIGNALS)
    yard.journey.forget()
    cards = names.dead_letter_queue(names.CARDS)

    fates = [
        yard.park(tick.model_dump_json()),
        yard.park(json.dumps(observed)),
        yard.park(look.to_json(), names.dead_letter_queue(names.SIGHTINGS)),
        yard.park(CardMessage(migration=EMAIL, track="shared").model_dump_json(), cards),
        yard.park(ReplyMessage(reply_to=ReplyTo(user="U_OPERATOR"), answer=done("Started.")).model_dump_json(), cards),
    ]

    assert fates == [
        Fate("dropped", "ticked", "tick"),
        Fate("dropped", "observed", observed["id"]),
        Fate("dropped", "sighting", address),
        Fate("dropped", "card", f"{EMAIL}#shared"),
        Fate("dropped", "reply", "U_OPERATOR"),
    ]
    assert (yard.items, yard.journey.all_sent()) == ([], {})


def test_the_sweep_makes_up_for_a_dropped_observation(yard: Yard) -> None:
    journey = yard.journey
    address = journey.under_review()
    journey.github.truth[address] = merged()
    journey.look(address)
    (observed,) = journey.sent(names.SIGNALS)
    journey.forget()
    yard.park(json.dumps(observed))

    journey.clock.advance(3600)
    journey.sweep()
    journey.drain(names.SIGNALS, names.SIGHTINGS)

    assert journey.view().state.tracks["shared"].status == "completed"


# An order and a report end as failures of their step.


def lost_order(yard: Yard) -> Order:
    yard.journey.started()
    (order,) = yard.journey.orders()
    return order


def test_an_order_becomes_an_intervention_and_is_not_sent_again(yard: Yard) -> None:
    journey, order = yard.journey, lost_order(yard)

    assert yard.park(order.model_dump_json(), REWRITE_DEAD) == Fate("failed", "order", REWRITE)
    journey.drain(names.SIGNALS)

    step = journey.view().state.tracks["shared"].steps["code_migration.rewrite"]
    assert step.failure is not None
    assert (step.status, step.failure.category, step.failure.code) == ("failed", "blocking", "parked")
    assert step.failure.reason == (
        "The order was received 5 times and never done, so it is not sent again by itself. "
        "The log of rewrite_dags says why: put that right, then retry."
    )
    assert step.checkpoint is not None
    assert step.checkpoint.reason == "failure"
    assert (journey.orders(), yard.items) == ([], [])


def test_retry_goes_on_after_an_order_was_lost(yard: Yard) -> None:
    journey, order = yard.journey, lost_order(yard)
    yard.park(order.model_dump_json(), REWRITE_DEAD)
    journey.drain(names.SIGNALS)

    journey.take(journey.click("shared", "retry"))
    journey.drain()

    assert journey.worked == [f"{REWRITE[:-1]}2"]
    assert journey.where()["shared"] == "code_migration.review awaiting_human"


def test_an_order_that_is_lost_twice_is_one_failure(yard: Yard) -> None:
    journey, order = yard.journey, lost_order(yard)
    for _ in range(2):
        yard.park(order.model_dump_json(), REWRITE_DEAD)
    journey.drain(names.SIGNALS)
    yard.park(order.model_dump_json(), REWRITE_DEAD)
    journey.clock.advance(301)
    yard.park(order.model_dump_json(), REWRITE_DEAD)
    journey.drain(names.SIGNALS)

    assert journey.kinds().count("step_failed") == 1


def test_an_old_copy_of_an_order_that_was_done_changes_nothing(yard: Yard) -> None:
    journey, order = yard.journey, lost_order(yard)
    journey.work(order)
    journey.drain()
    before = journey.view().state

    yard.park(order.model_dump_json(), REWRITE_DEAD)
    journey.drain()

    assert journey.view().state == before


def lost_report(yard: Yard) -> dict[str, Any]:
    yard.journey.work(lost_order(yard))
    (report,) = yard.journey.sent(names.SIGNALS)
    yard.journey.forget()
    return report


def test_a_report_that_could_not_be_taken_lets_the_next_attempt_look_again(yard: Yard) -> None:
    journey, report = yard.journey, lost_report(yard)

    assert yard.park(json.dumps(report)) == Fate("failed", "reported", REWRITE)
    journey.drain()
    assert journey.where()["shared"] == "code_migration.rewrite waiting"
    journey.clock.advance(120)
    journey.sweep()
    journey.drain()

    assert journey.worked == [REWRITE, f"{REWRITE[:-1]}2"]
    assert journey.where()["shared"] == "code_migration.review awaiting_human"
    assert yard.items == []


def test_a_report_that_can_never_be_taken_ends_with_a_person(yard: Yard) -> None:
    journey = yard.journey
    journey.started()
    for _ in range(20):
        for order in journey.orders():
            journey.work(order)
        for message in journey.sent(names.SIGNALS):
            # Every report of the skill itself is poison; all else is taken.
            if message["kind"] == "reported" and message["report"]["kind"] == "succeeded":
                yard.park(json.dumps(message))
        journey.forget(names.skill_queue("rewrite_dags"))
        taken = [one for one in journey.sent(names.SIGNALS) if one.get("report", {}).get("kind") != "succeeded"]
        journey.forget(names.SIGNALS)
        for message in taken:
            journey.take(
                Reported.model_validate(message) if message["kind"] == "reported" else Ticked.model_validate(message)
            )
        journey.clock.advance(120)
        journey.sweep()

    step = journey.view().state.tracks["shared"].steps["code_migration.rewrite"]
    assert step.failure is not None
    assert (step.status, step.failure.category, step.failure.code) == ("failed", "blocking", "parked")
    assert step.failure.reason == (
        "What rewrite_dags reported could not be recorded; the log of advance says why."
        " (gave up after 5 automatic retries)"
    )
    assert len(journey.worked) == 6


def test_a_report_of_ours_that_is_lost_too_is_not_sent_round_and_round(yard: Yard) -> None:
    yard.park(lost_order(yard).model_dump_json(), REWRITE_DEAD)
    (ours,) = yard.journey.sent(names.SIGNALS)
    yard.journey.forget()

    assert yard.park(json.dumps(ours)) == Fate("dropped", "reported", ours["id"])

    assert (yard.items, yard.journey.all_sent()) == ([], {})


def test_a_lost_report_of_a_step_that_went_on_changes_nothing(yard: Yard) -> None:
    journey, report = yard.journey, lost_report(yard)
    journey.take(Reported.model_validate(report))
    journey.forget()
    before = journey.view().state

    yard.park(json.dumps(report))
    journey.drain()

    assert journey.view().state == before


# Redriving.


def test_redriving_applies_the_act_as_the_person_who_did_it(yard: Yard) -> None:
    journey = yard.journey
    item = yard.parked(journey.act("start"))
    journey.clock.advance(60)

    result = yard.redrive(item)

    assert (result.outcome, result.removed) == ("3_events", True)
    assert result.said == "Started email.notifications; now code_migration.rewrite of shared is at work."
    assert item.act is not None
    first = journey.stores.records[EMAIL][1]
    assert (first.event.kind, first.signal, first.actor, first.at) == (
        "migration_started",
        item.act.id,
        OPERATOR,
        MONDAY + timedelta(seconds=60),
    )
    assert [order["key"] for order in journey.sent(names.skill_queue("rewrite_dags"))] == [REWRITE]
    assert yard.items == []


def test_redriving_twice_is_once(yard: Yard) -> None:
    item = yard.parked(yard.journey.act("start"))
    yard.redrive(item)
    records = list(yard.journey.stores.records[EMAIL])

    assert yard.redrive(item).outcome == "already_recorded"

    assert yard.journey.stores.records[EMAIL] == records


def test_a_crash_before_it_is_removed_applies_nothing_twice(yard: Yard) -> None:
    item = yard.parked(yard.journey.act("start"))
    with pytest.raises(Crash):
        yard.redrive(item, parking=FakeDyingParking())
    assert yard.items == [item]
    records = list(yard.journey.stores.records[EMAIL])

    assert yard.redrive(item).removed is True

    assert (yard.journey.stores.records[EMAIL], yard.items) == (records, [])


def test_an_act_that_was_recorded_long_ago_is_not_done_again(yard: Yard) -> None:
    journey = yard.journey
    yard.park(lost_order(yard).model_dump_json(), REWRITE_DEAD)
    journey.drain(names.SIGNALS)
    retry = journey.act("retry")
    journey.take(retry)
    item = yard.parked(retry)
    for _ in range(20):
        journey.take(journey.act("approve", actor=STRANGER))
    yard.park(journey.orders()[0].model_dump_json(), REWRITE_DEAD)
    journey.drain(names.SIGNALS)
    assert retry.id not in journey.view().state.acts
    before = journey.view().state

    assert yard.redrive(item) == Redriven(item, "already_recorded", removed=True)

    assert journey.view().state == before


def test_what_a_crash_left_unsent_after_the_act_was_recorded_is_sent(yard: Yard) -> None:
    act = yard.journey.act("start")
    yard.journey.take(act)
    item = yard.parked(act)

    assert yard.redrive(item).outcome == "already_recorded"

    assert [order["key"] for order in yard.journey.sent(names.skill_queue("rewrite_dags"))] == [REWRITE]


def test_what_the_act_is_about_is_looked_at_first(yard: Yard) -> None:
    journey = yard.journey
    address = journey.under_review()
    item = yard.parked(journey.act("pr-merged"))
    journey.clock.advance(60)

    result = yard.redrive(item)

    looks = [(look["address"], look["action"]) for look in journey.sent(names.SIGHTINGS)]
    assert looks[0] == (address, "ticked")
    assert (result.outcome, result.removed) == ("0_events", True)
    assert result.said.startswith("Looking at ")
    assert yard.items == []


def test_a_store_that_is_busy_while_it_is_reconciled_leaves_it_parked(yard: Yard) -> None:
    yard.journey.started()
    item = yard.parked(yard.journey.act("retry"))

    with pytest.raises(Crash):
        yard.redrive(item, outbox=DyingOutbox(yard.journey.queues))

    assert yard.items == [item]


def test_a_refused_act_is_refused_with_its_reason_and_leaves(yard: Yard) -> None:
    item = yard.parked(yard.journey.act("start", actor=STRANGER))

    result = yard.redrive(item)

    assert (result.outcome, result.removed) == ("not_permitted", True)
    assert result.said.startswith("Only an operator of the campaign can start a migration.")
    assert (yard.journey.kinds()[-1], yard.items) == ("act_refused", [])


def test_a_command_is_run_and_answered(yard: Yard) -> None:
    item = yard.parked(yard.journey.command("start email.notifications", reply_to=ReplyTo(response_url=REPLY_URL)))

    result = yard.redrive(item)

    assert (result.outcome, result.removed) == ("answered", True)
    assert result.said == "Started email.notifications; now code_migration.rewrite of shared is at work."
    assert yard.journey.view().state.status == "in_progress"
    assert yard.redrive(item).outcome == "already_recorded"


@pytest.mark.parametrize("text", ["next", "pause", "start email.notifications"])
def test_a_command_of_any_kind_is_done_once(yard: Yard, text: str) -> None:
    item = yard.parked(yard.journey.command(text))
    with pytest.raises(Crash):
        yard.redrive(item, parking=FakeDyingParking())
    states, gates = dict(yard.journey.stores.states), dict(yard.journey.stores.gates)

    assert yard.redrive(item).outcome == "already_recorded"

    assert (yard.journey.stores.states, yard.journey.stores.gates, yard.items) == (states, gates, [])


def test_a_command_whose_campaign_was_unknown_is_run_once_it_is_there(yard: Yard) -> None:
    item = yard.parked(yard.journey.command("start email.notifications", channel="C0LATER"))
    assert item.campaign is None
    yard.journey.apply(the_campaign(windows=[], channel="C0LATER"))

    assert yard.redrive(item).outcome == "answered"

    assert yard.journey.view().state.status == "in_progress"
    assert yard.items == []


def test_a_command_for_nothing_that_is_known_is_answered_with_why(yard: Yard) -> None:
    item = yard.parked(yard.journey.command("start x", channel="C0NOWHERE", reply_to=ReplyTo(response_url=REPLY_URL)))

    result = yard.redrive(item)

    assert (result.outcome, result.removed) == ("no_campaign", True)
    assert result.said.startswith("There is no such campaign here.")


def test_what_nobody_can_read_stays(yard: Yard) -> None:
    yard.park("garbage")
    (item,) = yard.items

    assert yard.redrive(item) == Redriven(item, "unreadable", removed=False)

    assert (yard.items, yard.journey.all_sent()) == ([item], {})


def test_a_raw_act_that_this_release_can_read_is_applied(yard: Yard) -> None:
    body = yard.journey.act("start").model_dump_json()
    item = Parked(id="0" * 16, at=MONDAY, queue=SIGNALS_DEAD, raw=body, size=len(body))
    yard.journey.parked.add(item)

    assert yard.redrive(item).outcome == "3_events"

    assert (yard.journey.view().state.status, yard.items) == ("in_progress", [])


def test_a_raw_order_that_this_release_can_read_comes_again_by_itself(yard: Yard) -> None:
    body = lost_order(yard).model_dump_json()
    item = Parked(id="0" * 16, at=MONDAY, queue=REWRITE_DEAD, raw=body, size=len(body))
    yard.journey.parked.add(item)

    assert yard.redrive(item) == Redriven(item, "comes_again", removed=True)

    assert yard.items == []
