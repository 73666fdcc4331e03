"""`freeze`, `except`, and `pause all` as people type them: what they say, whom they wake, and what is healed."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared import names
from shared.app.command import run_command
from shared.app.redrive import redrive
from shared.domain.plan_rules import problems_of
from shared.errors import RetryableError
from shared.messages.answer_text import text_of
from shared.ports.campaigns import Controls
from state_schema.control import ControlRecorded
from state_schema.gate import Gate
from state_schema.parked import Parked
from state_schema.signals import ReplyTo
from tests.fakes.stores import FakeControls
from tests.functional.journey import BILLING, EMAIL, REPLY_URL, Journey, Said
from tests.stories import APPROVER, MONDAY, OPERATOR, STRANGER, the_campaign, the_plan

END = "2026-03-04 12:00 UTC"


def another(journey: Journey, name: str = "tables-2", **changes: Any) -> str:
    campaign = the_campaign(campaign=name, channel="C0OTHER", windows=[], **changes)
    journey.apply(campaign)
    return name


def records(journey: Journey, campaign: str = "airflow-3") -> list[tuple[str, str]]:
    return [(one.verb, one.scope) for one in journey.engine.controls.records(campaign)]


def gate(journey: Journey, campaign: str = "airflow-3") -> Gate:
    return journey.engine.controls.gate(campaign)


def woken(journey: Journey) -> list[str]:
    return [signal["migration"] for signal in journey.sent(names.SIGNALS) if signal["kind"] == "ticked"]


# freeze


def test_a_freeze_says_until_when_and_what_is_running() -> None:
    journey = Journey().started()

    said = journey.type("freeze campaign until 2026-03-04T13:00+01:00 release week")
    assert said.ok
    assert said.text.startswith("Froze campaign until <!date^")
    assert f"|{END}>: nothing more starts before; 1 step still running." in said.text
    assert gate(journey).freezes["campaign"].model_dump() == {
        "actor": OPERATOR,
        "at": journey.clock(),
        "until": MONDAY.replace(day=4, hour=12),
        "reason": "release week",
    }


def test_a_freeze_that_is_made_longer_says_when_it_would_have_ended() -> None:
    journey = Journey()

    assert "was frozen" not in journey.type("freeze campaign until 2026-03-04T12:00Z").text
    longer = journey.type("freeze campaign for 7d")
    assert longer.ok
    assert f"|{END}>); nothing is running." in longer.text
    assert "(it was frozen until <!date^" in longer.text


@pytest.mark.parametrize("wrong", ["freeze campaign", "freeze campaign until tomorrow"])
def test_the_moment_that_is_given_as_an_example_is_one_to_come(wrong: str) -> None:
    journey = Journey()
    examples = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d[Z+][\d:]*", journey.type(wrong).text)

    assert examples
    for number, example in enumerate(examples, start=1):
        assert journey.type(f"freeze wave {number} until {example}").ok, example


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("freeze for 48h", "campaign"),
        ("freeze until 2026-03-04T09:00Z", "campaign"),
        ("freeze campaign for 2d", "campaign"),
        ("freeze wave 2 for 48h", "wave:2"),
        ("freeze migration billing.reports for 2880m", "migration:billing.reports"),
        ("freeze all for 48h why not", "all"),
        ("freeze environment prod-us until '2026-03-04 09:00+00:00'", "environment:prod-us"),
    ],
)
def test_every_scope_and_both_ways_to_name_the_end_are_understood(text: str, scope: str) -> None:
    journey = Journey()

    assert journey.type(text).ok
    assert gate(journey).freezes[scope].until == MONDAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("freeze environment prod-us", "Say what, and until when"),
        ("freeze", "Say what, and until when"),
        ("freeze prod-us for 48h", "Say what, and until when"),
        ("freeze environment prod-us until", "Say what, and until when"),
        ("freeze environment prod-us until tomorrow", "`tomorrow` is no moment"),
        (
            "freeze environment prod-us until 2026-03-04T12:00",
            "`2026-03-04T12:00` has no zone: write `2026-03-04T12:00Z`",
        ),
        ("freeze environment prod-us until 9999-12-31T23:59-14:00", "is no moment"),
        (
            "freeze environment prod-us until 2026-03-01T12:00Z",
            "A freeze wants an end to come: 2026-03-01 12:00 UTC is past.",
        ),
        ("freeze environment prod-us for 61d", "A freeze lasts 60 days at most, and that is 61."),
        ("freeze environment prod-us for 999999d", "A freeze lasts 60 days at most"),
        ("freeze environment prod-us for ever", "`ever` is no duration"),
        ("freeze environment prod for 1h", "There is no environment `prod`."),
        ("freeze migration unheard.of for 1h", "The campaign has no `unheard.of`"),
        ("freeze all until 2026-03-04", "`2026-03-04` has no zone: write `2026-03-04T00:00Z` for UTC."),
        ("freeze all until 2026-03-04T12:00:30", "write `2026-03-04T12:00:30Z` for UTC."),
        ("freeze all", "Say what, and until when"),
        ("resume all now", "Write `resume all`, without more"),
    ],
)
def test_a_freeze_that_cannot_be_is_explained_and_changes_nothing(text: str, sentence: str) -> None:
    journey = Journey()
    said = journey.type(text)

    assert not said.ok
    assert sentence in said.text
    assert records(journey) == []


def test_a_stranger_freezes_nothing() -> None:
    said = Journey().type("freeze campaign for 1h", actor=STRANGER)

    assert (said.ok, said.text) == (False, "Only an operator of airflow-3 can freeze. Ask one of its operators.")


def test_a_frozen_step_starts_when_the_sweep_comes_after_the_end() -> None:
    journey = Journey()
    journey.type("freeze campaign for 2h release week")
    journey.started()
    assert journey.where() == {"shared": "code_migration.rewrite queued"}

    journey.clock.advance(2 * 3600 - 60)
    assert journey.sweep() == []
    journey.clock.advance(60)
    assert journey.sweep() == [EMAIL]
    journey.drain(names.SIGNALS)
    assert journey.where() == {"shared": "code_migration.rewrite in_progress"}


def test_lifting_a_freeze_wakes_who_queues_for_its_end_and_nobody_else() -> None:
    journey = Journey()
    journey.type("freeze wave 1 for 2h")
    journey.started()

    assert journey.type("resume wave 1").ok
    assert woken(journey) == [EMAIL]
    journey.drain(names.SIGNALS)
    assert journey.where() == {"shared": "code_migration.rewrite in_progress"}


def test_a_resume_that_was_saved_before_a_crash_wakes_when_it_is_received_again() -> None:
    journey = Journey()
    journey.type("freeze campaign for 2h")
    journey.started()
    journey.type("resume campaign", id="typed-once")
    journey.forget()
    journey.clock.advance(301)

    assert journey.type("resume campaign", id="typed-once", again=True).ok
    assert woken(journey) == [EMAIL]


def test_a_resume_of_a_mere_pause_wakes_nobody_who_does_not_wait_for_it() -> None:
    journey = Journey().started()
    journey.type("pause campaign")
    journey.type("resume campaign")

    assert woken(journey) == []


def test_an_order_that_a_freeze_overtook_is_held_back_unless_two_people_except_it() -> None:
    journey = Journey().started()
    (order,) = journey.orders()
    journey.type("freeze campaign for 2h")
    assert journey.work(order) == "held_back"

    journey.type("except email.notifications shared")
    assert journey.work(order) == "held_back"
    journey.type("except email.notifications shared", actor=APPROVER)
    assert journey.work(order) == "done"


# except


def test_two_people_except_one_place_and_it_is_woken() -> None:
    journey = Journey()
    journey.type("freeze campaign until 2026-03-04T12:00Z release week")
    journey.started()

    asked = journey.type("except email.notifications shared the disk is full")
    assert asked.ok
    assert asked.text.endswith(
        f"|{END}>. It wants a second person, who is an approver: `/migrate except email.notifications shared`"
    )
    alone = journey.type("except email.notifications shared")
    assert not alone.ok
    assert alone.text == (
        "It wants a second person: <@U_OPERATOR> asked for this exception at 2026-03-02 09:00 UTC; <@U_APPROVER> may "
        "approve it. One of them writes the same command."
    )
    journey.forget()
    approved = journey.type("except email.notifications shared", actor=APPROVER)
    assert approved.ok
    assert approved.text.startswith("Approved: email.notifications may start in shared until <!date^")
    assert woken(journey) == [EMAIL]
    journey.drain(names.SIGNALS)
    assert journey.where() == {"shared": "code_migration.rewrite in_progress"}
    assert records(journey)[1:] == [("except", "exception:email.notifications/shared")] * 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("except", "Say which place"),
        ("except email.notification prod-us", "Did you mean `email.notifications`?"),
        ("except email.notifications", "Environments of email.notifications: shared, test, prod-us, prod-eu."),
        ("except email.notifications prod", "There is no environment `prod` of email.notifications."),
        ("except email.notifications prod-us", "email.notifications is not frozen in prod-us"),
    ],
)
def test_an_exception_that_cannot_be_is_explained_and_changes_nothing(text: str, sentence: str) -> None:
    journey = Journey(the_campaign(windows=[]))
    said = journey.type(text)

    assert not said.ok
    assert sentence in said.text
    assert records(journey) == []


def test_a_step_that_would_run_into_a_window_can_be_excepted() -> None:
    window = {"deny": "Mon 09:30 - Mon 18:00", "zone": "UTC", "overrun": "refuse"}
    journey = Journey(the_campaign(windows=[window])).started()
    assert journey.where() == {"shared": "code_migration.rewrite queued"}

    for actor in (OPERATOR, APPROVER):
        assert journey.type("except email.notifications shared", actor=actor).ok
    journey.drain(names.SIGNALS)
    assert journey.where() == {"shared": "code_migration.rewrite in_progress"}


def test_status_says_what_is_frozen_and_which_exception_wants_a_second_person() -> None:
    journey = Journey()
    journey.type("freeze environment prod-us until 2026-03-04T12:00Z <!channel> week")
    journey.type("except billing.reports prod-us")

    wants = f"asked by {OPERATOR}; it wants a second person"
    assert journey.type("status").text.splitlines()[:2] == [
        f"Frozen until {END}: environment prod-us, by {OPERATOR}: &lt;!channel&gt; week",
        f"Exception until {END}: billing.reports prod-us, {wants}: `/migrate except billing.reports prod-us`",
    ]
    journey.type("except billing.reports prod-us", actor=APPROVER)
    assert f"asked by {OPERATOR}; approved by {APPROVER}\n" in journey.type("status").text
    journey.clock.advance(3 * 24 * 3600)
    assert "rozen" not in journey.type("status").text


def test_the_card_says_until_when_why_and_who_is_wanted() -> None:
    journey = Journey()
    journey.type("freeze campaign until 2026-03-04T12:00Z release week")
    journey.started()
    journey.show()
    (posted,) = journey.slack.messages.values()
    assert "it is frozen until" in str(posted)
    assert "(release week)" in str(posted)
    assert "`/migrate except email.notifications shared`" in str(posted)


# all campaigns


def test_pause_all_stops_every_campaign_and_adds_up_what_is_running() -> None:
    journey = Journey().started()
    another(journey)
    assert journey.type("start email.notifications", campaign="tables-2").ok

    said = journey.type("pause all the network is down", channel="C0NOWHERE")
    assert (said.ok, said.text) == (
        True,
        "Paused all 2 campaigns: nothing more starts; 2 steps still running. What people decide and skills report is recorded.",
    )
    assert [records(journey, name) for name in ("airflow-3", "tables-2")] == [[("pause", "all")]] * 2
    assert journey.type("status").text.startswith(f"Paused: all campaigns, by {OPERATOR} since ")

    assert journey.type("resume all").ok
    assert [gate(journey, name).pauses for name in ("airflow-3", "tables-2")] == [{}, {}]


@pytest.mark.parametrize("text", ["pause all", "resume all", "freeze all for 2h"])
def test_who_does_not_operate_every_campaign_stops_none(text: str) -> None:
    journey = Journey()
    another(journey, people={"operators": [STRANGER], "approvers": [APPROVER]})

    said = journey.type(text)
    verb = text.partition(" ")[0]
    assert (said.ok, said.text) == (
        False,
        f"Only who operates every campaign can {verb} all, and you do not operate `tables-2`. Ask one of theirs.",
    )
    assert (records(journey), records(journey, "tables-2")) == ([], [])


class DyingControls(FakeControls):
    """Saves so many times, and then the store is busy."""

    left = 1

    def save(self, gate: Gate, record: ControlRecorded) -> None:
        if not self.left:
            raise RetryableError("The store is busy.")
        self.left -= 1
        super().save(gate, record)


def test_pause_all_received_again_after_a_crash_does_the_campaigns_that_are_left() -> None:
    journey = Journey()
    another(journey)
    with pytest.raises(RetryableError):
        typed_on(journey, DyingControls(journey.stores), "pause all", id="typed-once")
    assert (records(journey), records(journey, "tables-2")) == ([("pause", "all")], [])

    assert typed_on(journey, journey.engine.controls, "pause all", id="typed-once").ok
    assert (records(journey), records(journey, "tables-2")) == ([("pause", "all")], [("pause", "all")])


def typed_on(journey: Journey, controls: Controls, text: str, **given: Any) -> Said:
    store = replace(journey.engine.store, controls=controls)
    answer = run_command(journey.command(text, **given), store=store, outbox=journey.queues)
    return Said(answer.ok, text_of(answer))


def test_all_is_for_no_single_campaign() -> None:
    said = Journey().type("pause all --campaign airflow-3")

    assert (said.ok, said.text) == (
        False,
        "`pause all` is for every campaign: leave `--campaign` out, or write `pause campaign`.",
    )


def test_where_one_campaign_is_stopped_already_the_rest_is_stopped_and_that_one_is_named() -> None:
    journey = Journey()
    journey.type("freeze all for 2h")
    another(journey)
    longer = gate(journey, "tables-2").freezes["all"].model_copy(update={"until": MONDAY + timedelta(days=9)})
    journey.stores.gates["tables-2"] = gate(journey, "tables-2").model_copy(update={"freezes": {"all": longer}})

    said = journey.type("freeze all for 48h")
    assert said.ok
    assert said.text.startswith("Froze 1 of 2 campaigns until <!date^")
    assert said.text.endswith(f"Not `tables-2`: {OPERATOR} froze all already, until 2026-03-11 09:00 UTC.")


def test_what_is_not_stopped_cannot_be_resumed() -> None:
    journey = Journey()
    journey.type("pause campaign")

    said = journey.type("resume all")
    told = "Neither paused nor frozen: all. Still held back: campaign (paused); `resume` takes the place that you mean."
    assert (said.ok, said.text) == (False, told)


@pytest.mark.parametrize("verb", ["pause all down", "freeze all for 2h down"])
def test_a_new_campaign_takes_over_what_stops_all(verb: str) -> None:
    journey = Journey()
    journey.type(verb)
    another(journey)

    before, after = gate(journey), gate(journey, "tables-2")
    assert (after.pauses, after.freezes) == (before.pauses, before.freezes)
    (record,) = journey.engine.controls.records("tables-2")
    assert (record.actor, record.note, record.number) == ("principal:local", "down", after.version)
    journey.type("start email.notifications", campaign="tables-2")
    assert journey.orders("tables-2/email.notifications") == []

    assert journey.type("resume all").ok
    journey.drain(names.SIGNALS)
    assert len(journey.orders("tables-2/email.notifications")) == 1


def test_a_campaign_that_is_applied_again_takes_nothing_over() -> None:
    journey = Journey()
    name = another(journey)
    known, free = journey.engine.campaigns.load(name)[1], gate(journey, name)
    journey.type("pause all")
    journey.stores.gates[name] = free
    journey.apply(known.model_copy(update={"channel": "C0LATER"}))

    assert gate(journey, name) == free


def test_a_freeze_that_is_over_is_not_taken_over() -> None:
    journey = Journey()
    journey.type("freeze all for 1h")
    journey.clock.advance(3600)
    another(journey)

    assert (gate(journey, "tables-2").freezes, records(journey, "tables-2")) == ({}, [])


def test_pause_all_wakes_nobody_and_billing_is_paused_with_the_rest() -> None:
    journey = Journey()
    journey.type("pause all")
    journey.take(journey.act("start", BILLING))
    journey.forget()

    assert journey.orders(BILLING) == []


def test_a_parked_pause_of_all_that_some_campaigns_have_recorded_is_done_for_the_others() -> None:
    journey = Journey()
    another(journey)
    command = journey.command("pause all", reply_to=ReplyTo(response_url=REPLY_URL))
    with pytest.raises(RetryableError):
        typed_on(journey, DyingControls(journey.stores), command.text, id=command.id)
    item = Parked(id="0" * 16, at=MONDAY, campaign="airflow-3", queue="signals-dead", act=command, size=1)
    journey.parked.add(item)

    def redriven() -> str:
        store, now = journey.engine.store, journey.clock()
        return redrive(item, parking=journey.parked, store=store, outbox=journey.queues, now=now).outcome

    assert redriven() == "answered"
    assert (records(journey), records(journey, "tables-2")) == ([("pause", "all")], [("pause", "all")])
    assert redriven() == "already_recorded"


def test_help_shows_how_each_of_them_is_written() -> None:
    text = Journey().type("help").text

    assert "`/migrate except &lt;resource&gt; &lt;environment&gt; [reason]`" in text
    assert (
        "`/migrate freeze all | campaign | wave N | environment E | migration R until &lt;moment&gt; | for "
        "&lt;duration&gt; [reason]`" in text
    )


@pytest.mark.parametrize("verb", ["freeze", "except"])
def test_a_plan_cannot_use_these_words_for_its_own(verb: str) -> None:
    steps = [{"id": "apply", "confirmation": {"ask": "Applied?", "resume": verb}}]
    plan = the_plan(phases=[{"name": "infra", "steps": steps}])

    (problem,) = problems_of(plan)
    assert f"{verb!r} is a built-in command" in problem[1]
