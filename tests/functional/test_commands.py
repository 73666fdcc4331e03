"""What a person types: every text is answered, and only one that is clear does anything."""

from typing import Any

import pytest

from shared import names
from shared.app.command import verbs_of
from shared.errors import NotFoundError
from state_schema.answers import Answer, Suggestion
from state_schema.events import CheckpointDecided
from state_schema.orders import ReplyMessage
from state_schema.signals import SIGNALS, Failed, ReplyTo
from tests.functional.journey import EMAIL, REPLY_URL, REWRITE, Journey, Said
from tests.stories import APPROVER, CHOICES, OPERATOR, STRANGER, the_campaign, the_plan

CHOOSE = {
    "name": "migrate",
    "steps": [
        {"id": "choose", "decision": {"ask": "Which?", "choices_from": "list_items", "as": "items"}},
        {"id": "items", "skill": "migrate_items"},
    ],
}


def choosing(**environments: Any) -> Journey:
    """The cluster waits for a decision in each of these environments (`test`, where none is named)."""
    plan = the_plan(environments=environments or {"test": {"primary": True}}, phases=[CHOOSE])
    journey = Journey(the_campaign(gates={}, limits={"active": 9}, windows=[]), plan)
    journey.take(journey.act("start"))
    journey.drain()
    journey.clock.advance(1)
    return journey


def decisions(journey: Journey) -> list[CheckpointDecided]:
    return [one.event for one in journey.stores.records[EMAIL] if isinstance(one.event, CheckpointDecided)]


def chosen(journey: Journey) -> list[tuple[str, tuple[str, ...] | None]]:
    return [(one.track, one.choices) for one in decisions(journey)]


# What works.


def test_start_starts_and_says_where_it_is_now() -> None:
    journey = Journey()

    said = journey.type("start email.notifications")

    assert said == Said(ok=True, text="Started email.notifications; now code_migration.rewrite of shared is at work.")
    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [REWRITE]


def test_a_command_from_the_queue_is_answered_where_it_was_typed() -> None:
    journey = Journey()
    command = journey.command("start email.notifications", reply_to=ReplyTo(response_url=REPLY_URL))

    assert journey.take(SIGNALS.validate_json(command.model_dump_json())) == "answered"
    journey.drain(names.CARDS)

    text = "Started email.notifications; now code_migration.rewrite of shared is at work."
    assert journey.replies.said == [(REPLY_URL, text)]


def test_a_command_without_a_place_for_an_answer_is_done_all_the_same() -> None:
    journey = Journey()

    assert journey.take(journey.command("start email.notifications")) == "answered"

    assert [message["kind"] for message in journey.sent(names.CARDS)] == ["card", "digest"]


def test_the_same_command_twice_starts_once() -> None:
    journey = Journey()
    journey.type("start email.notifications", id="command-1")
    state = journey.view().state

    said = journey.type("start email.notifications", id="command-1", again=True)

    assert said.text == "`start` was taken before; nothing changed at email.notifications."
    assert journey.view().state == state


def test_help_lists_every_command_of_the_plan() -> None:
    said = Journey().type("help")

    assert said.ok
    for verb in verbs_of(the_plan()):
        assert f"`/migrate {verb}" in said.text


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_command_is_a_call_for_help(text: str) -> None:
    journey = Journey()

    assert journey.type(text) == journey.type("help")


def test_status_counts_the_campaign_and_lists_it() -> None:
    journey = Journey().started()

    said = journey.type("status")

    assert said.ok
    assert said.text.splitlines()[0] == "*airflow-3*: 1 actionable, 0 blocked, 0 completed, 1 in progress"
    assert "E-mail notifications" in said.text
    assert "Billing reports" in said.text


def test_status_of_one_resource_shows_it_alone() -> None:
    said = Journey().type("status billing.reports")

    assert said.ok
    assert "Billing reports" in said.text
    assert "E-mail" not in said.text


def test_status_says_which_wave_a_resource_waits_for() -> None:
    journey = Journey(the_campaign(waves={1: {}, 2: {"after": 1}}))

    assert journey.type("status").text == (
        "*airflow-3*: 1 actionable, 1 blocked, 0 completed\n"
        "• *E-mail notifications* · `pending`: Start it (`/migrate start email.notifications`)\n"
        "• *Billing reports* · `pending`: waits for wave 1"
    )


def test_status_follows_a_wave_that_was_opened_later() -> None:
    journey = Journey(the_campaign(waves={1: {}, 2: {"after": 1}}))

    assert journey.type("open-wave 2").ok

    assert journey.type("status billing.reports").text == (
        "*airflow-3*: 1 actionable, 0 blocked, 0 completed\n"
        "• *Billing reports* · `pending`: Start it (`/migrate start billing.reports`)"
    )


def test_history_tells_the_last_events_the_newest_last() -> None:
    journey = Journey().started()
    total = journey.view().state.version

    lines = journey.type("history email.notifications").text.splitlines()

    assert lines[0] == f"*airflow-3/email.notifications*: {total} events"
    assert len(lines) == 1 + total
    assert lines[1].endswith("· `principal:local` · Created in wave 1, with the plan airflow-3@1.")
    assert lines[2].endswith("· <@U_OPERATOR> · Started.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("history", "Which resource? Write `history &lt;resource&gt;`."),
        ("history billing.report", "The campaign has no `billing.report`. Did you mean `billing.reports`?"),
        ("history ../x", "The campaign has no `../x`. It has `email.notifications`, `billing.reports`."),
    ],
)
def test_history_of_nothing_says_what_there_is(text: str, said: str) -> None:
    assert Journey().type(text) == Said(ok=False, text=said)


def test_a_pause_of_a_resource_that_does_not_exist_names_those_that_do() -> None:
    said = "The campaign has no `email.notification`. Did you mean `email.notifications`?"

    assert Journey().type("pause migration email.notification") == Said(ok=False, text=said)


def test_status_of_two_thousand_resources_fits_into_an_answer() -> None:
    resources = [{"id": f"cluster-{number}", "name": "Cluster " + "x" * 190} for number in range(2000)]
    journey = Journey(the_campaign(resources=resources))

    said = journey.type("status")

    assert said.ok
    assert len(said.text) <= 3000
    assert said.text.splitlines()[-1].endswith("more.")


def test_a_note_is_kept_in_the_history() -> None:
    journey = choosing()
    journey.skills["migrate_items"] = _failing
    journey.type("decide email.notifications all")
    journey.drain()
    journey.clock.advance(1)

    said = journey.type("block email.notifications test 'waits for the network team' since Monday")

    assert said.ok
    notes = [(one.verb, one.note) for one in decisions(journey) if one.note]
    assert notes == [("block", "waits for the network team since Monday")]


def _failing(_: object) -> Failed:
    return Failed(category="blocking", reason="It is down.")


# Decide.


@pytest.mark.parametrize("text", ["decide email.notifications test all", "decide email.notifications all"])
def test_decide_all_chooses_all_that_is_offered(text: str) -> None:
    journey = choosing()

    assert journey.type(text).ok
    assert chosen(journey) == [("test", CHOICES)]


@pytest.mark.parametrize("place", ["test ", ""])
def test_decide_takes_a_list(place: str) -> None:
    journey = choosing()

    said = journey.type(f"decide email.notifications {place}{CHOICES[2]} {CHOICES[0]}")

    assert said.text.startswith("Chose 2 for migrate.choose of email.notifications in test")
    assert chosen(journey) == [("test", (CHOICES[2], CHOICES[0]))]


def test_decide_with_something_that_is_not_offered_is_refused() -> None:
    journey = choosing()

    said = journey.type(f"decide email.notifications test {CHOICES[0]} dag_99")

    assert said == Said(ok=False, text="Not among the choices: dag_99. Choose from the list on the card.")
    assert chosen(journey) == []


@pytest.mark.parametrize("text", ["decide email.notifications", "decide email.notifications test"])
def test_decide_without_a_word_on_what_decides_nothing(text: str) -> None:
    journey = choosing()

    said = journey.type(text)

    assert not said.ok
    assert said.text.startswith("Which items? Write `decide email.notifications all`")
    assert chosen(journey) == []


def test_a_choice_that_is_too_long_is_answered_instead_of_poisoning_the_queue() -> None:
    journey = choosing()

    said = journey.type(f"decide email.notifications test {'x' * 2900}")

    assert said == Said(
        ok=False,
        text="I can't take that: choices.0: has 2,900 characters, and 200 are the most. Nothing was done.",
    )


# What is not clear.


def test_an_environment_that_several_fit_must_be_named() -> None:
    journey = choosing(one={"primary": True}, two={"primary": True})

    said = journey.type("decide email.notifications all")

    assert said == Said(
        ok=False,
        text="`decide` fits several open checkpoints: one, two."
        " Say which one: `decide email.notifications &lt;environment&gt;`.",
    )
    assert journey.type("decide email.notifications two all").ok
    assert chosen(journey) == [("two", CHOICES)]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("strat email.notifications", "I don't know `strat`. Did you mean `start`? `/migrate help` lists what I know."),
        ("START email.notifications", "I don't know `START`. Did you mean `start`? `/migrate help` lists what I know."),
        ("x" * 3000, f"I don't know `{'x' * 99}…`. `/migrate help` lists what I know."),
        ("<!channel> now", "I don't know `&lt;!channel&gt;`. `/migrate help` lists what I know."),
        (
            "\u0455t\u0430rt email.notifications",
            (
                "I don't know `\u0455t\u0430rt`. Did you mean `start`? `/migrate help` lists what I know."
                " Its character 1 looks like `s` and is `U+0455 CYRILLIC SMALL LETTER DZE`. 1 more is of that kind."
            ),
        ),
        (
            "start email.notificatons",
            "The campaign has no `email.notificatons`. Did you mean `email.notifications`?",
        ),
        (
            "start \u0435mail.notifications",
            (
                "The campaign has no `\u0435mail.notifications`. Did you mean `email.notifications`?"
                " Its character 1 looks like `e` and is `U+0435 CYRILLIC SMALL LETTER IE`."
            ),
        ),
        (
            "start EMAIL.notifications",
            "The campaign has no `EMAIL.notifications`. Did you mean `email.notifications`?",
        ),
        (
            "start ../../etc/passwd",
            "The campaign has no `../../etc/passwd`. It has `email.notifications`, `billing.reports`.",
        ),
        (
            "status nobody",
            "The campaign has no `nobody`. It has `email.notifications`, `billing.reports`.",
        ),
        ("start", "Which resource? Write `start &lt;resource&gt;`, and the environment where it matters."),
        (
            "retry email.notifications PROD-US",
            "There is no environment `PROD-US`. Did you mean `prod-us`?",
        ),
        (
            "retry email.notifications pr\u043ed-us",
            (
                "There is no environment `pr\u043ed-us`. Did you mean `prod-us`?"
                " Its character 3 looks like `o` and is `U+043E CYRILLIC SMALL LETTER O`."
            ),
        ),
        (
            "retry email.notifications <!here>",
            "There is no environment `&lt;!here&gt;`. There are `shared`, `test`, `prod-us`, `prod-eu`.",
        ),
    ],
)
def test_what_is_not_known_is_said_with_what_was_probably_meant(text: str, answer: str) -> None:
    journey = Journey()

    assert journey.type(text) == Said(ok=False, text=answer)

    assert journey.all_sent() == {}
    assert journey.kinds() == ["migration_created"]


@pytest.mark.parametrize(
    "text", ["retry email.notifications test it's late", 'start "email.notifications', "start email.notifications \\"]
)
def test_a_quotation_without_a_partner_is_explained(text: str) -> None:
    said = Journey().type(text)

    assert not said.ok
    assert said.text.startswith("I can't read that: a quotation mark (or an apostrophe) has no partner")


def test_three_thousand_characters_of_anything_are_answered() -> None:
    journey = Journey()
    texts = ["retry email.notifications test " + "very late " * 296, "start " + "ü" * 2994, "decide " * 428]
    outcomes = []
    for number, text in enumerate(texts):
        command = journey.command(text[:3000], id=f"long-{number}", reply_to=ReplyTo(response_url=REPLY_URL))
        outcomes.append(journey.take(command))
    assert outcomes == ["nothing_to_answer", "unknown_resource", "unknown_resource"]

    sent = [message for message in journey.sent(names.CARDS) if message["kind"] == "reply"]
    answers = [ReplyMessage.model_validate(message) for message in sent]
    assert len(answers) == 3


def test_a_command_that_nothing_waits_for_says_what_would_work() -> None:
    journey = Journey()
    number = journey.under_review().rpartition("/")[2]

    assert journey.ask("retry email.notifications") == Answer(
        status="refused",
        reason_code="nothing_to_answer",
        message=f"Can't retry email.notifications: pull request #{number} is not merged. Check it now?",
        suggestions=(Suggestion(label="Check now", command="pr-merged email.notifications shared"),),
        related_resources=("email.notifications",),
    )
    assert journey.kinds()[-1] == "act_refused"


def test_who_may_not_is_told_who_may() -> None:
    journey = Journey()

    said = journey.type("start email.notifications", actor=STRANGER)

    assert not said.ok
    assert said.text.startswith("Only an operator of the campaign can start a migration.")
    assert journey.view().state.status == "pending"


def test_a_refusal_received_again_is_the_same_refusal() -> None:
    journey = Journey()
    first = journey.type("start email.notifications", actor=APPROVER, id="command-1")
    again = journey.type("start email.notifications", actor=APPROVER, id="command-1", again=True)

    assert (again.ok, first.text.startswith(again.text)) == (False, True)
    assert journey.kinds() == ["migration_created", "act_refused"]


# Which campaign.


def two_campaigns(channel: str) -> Journey:
    journey = Journey()
    journey.apply(the_campaign(campaign="airflow-3-late", channel=channel, resources=[{"id": "late.cluster"}]))
    return journey


NOWHERE = "There is no such campaign here. Use the channel that its file names, or name it with `--campaign`."


def test_in_a_channel_without_a_campaign_nothing_is_done() -> None:
    journey = Journey()

    assert journey.type("start email.notifications", channel="C0LUNCH") == Said(ok=False, text=NOWHERE)
    assert journey.kinds() == ["migration_created"]


def test_the_channel_tells_the_campaign() -> None:
    journey = two_campaigns("C0LATE")

    assert journey.type("start late.cluster", channel="C0LATE").ok
    assert not journey.type("start late.cluster", channel="C0MIGRATE").ok


def test_without_a_channel_the_only_campaign_is_meant() -> None:
    assert Journey().type("start email.notifications", channel=None).ok


@pytest.mark.parametrize("channel", [None, "C0MIGRATE"])
def test_where_several_campaigns_fit_one_must_be_named(channel: str | None) -> None:
    journey = two_campaigns("C0MIGRATE")

    said = journey.type("start late.cluster", channel=channel)

    text = "There are several campaigns here: `airflow-3`, `airflow-3-late`. Name one with `--campaign`."
    assert said == Said(ok=False, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "start late.cluster --campaign airflow-3-late",
        "--campaign=airflow-3-late start late.cluster",
        "start \u2014campaign airflow-3-late late.cluster",
    ],
)
def test_a_campaign_can_be_named_in_the_command(text: str) -> None:
    journey = two_campaigns("C0MIGRATE")

    assert journey.type(text).ok
    assert journey.view("airflow-3-late/late.cluster").state.status == "in_progress"


def test_a_campaign_can_be_named_by_the_command_line() -> None:
    journey = two_campaigns("C0MIGRATE")

    assert journey.type("start late.cluster", channel=None, campaign="airflow-3-late").ok


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("airflow-4", "Did you mean `airflow-3`?"),
        ("AIRFLOW-3", "Did you mean `airflow-3`?"),
        ("", "There is `airflow-3`."),
    ],
)
def test_a_campaign_that_does_not_exist_is_not_replaced_by_another(named: str, hint: str) -> None:
    journey = Journey()

    said = Said(ok=False, text=f"There is no campaign `{named or '?'}`. {hint}")
    assert journey.type(f"start email.notifications --campaign={named}") == said
    assert journey.kinds() == ["migration_created"]


def test_where_nothing_was_applied_every_command_says_so() -> None:
    journey = Journey()
    journey.stores.campaigns.clear()

    assert journey.type("status", channel=None) == Said(ok=False, text=NOWHERE)


def test_a_resource_whose_migration_was_never_written_is_told_apart_from_an_unknown_one() -> None:
    """The campaign was written, and whoever applied it died before its migrations were."""
    journey = Journey()
    del journey.stores.states[EMAIL]

    said = journey.type("start email.notifications")

    text = "There is no migration airflow-3/email.notifications. Apply a campaign that has this resource."
    assert said == Said(ok=False, text=text)


def test_a_campaign_whose_plan_is_gone_is_for_somebody_else_to_hear() -> None:
    journey = Journey()
    journey.stores.plans.clear()

    with pytest.raises(NotFoundError, match="There is no plan airflow-3@1"):
        journey.type("help")


def test_next_starts_the_first_that_may_start_and_says_how_many_more_are_ready() -> None:
    journey = Journey(the_campaign(resources=[{"id": "a"}, {"id": "b"}, {"id": "c", "wave": 2}]))

    said = journey.type("next")
    assert said.ok
    assert said.text.startswith("Started a;")
    assert said.text.endswith("1 more is ready in wave 1.")


def test_next_received_twice_starts_one() -> None:
    journey = Journey(the_campaign(resources=[{"id": "a"}, {"id": "b"}]))
    journey.type("next", id="typed-once")
    journey.type("next", id="typed-once", again=True)

    assert journey.view("airflow-3/a").state.status == "in_progress"
    assert journey.view("airflow-3/b").state.status == "pending"


def test_pause_and_resume_are_commands_like_any_other() -> None:
    journey = Journey()
    assert journey.type("pause environment prod-us disk full").text == (
        "Paused environment prod-us: nothing more starts; nothing is running. What people decide and skills report is recorded."
    )
    assert not journey.type("pause environment prod-us").ok
    assert journey.type("resume environment prod-us").ok
    assert [(record.verb, record.scope) for record in journey.engine.controls.records("airflow-3")] == [
        ("pause", "environment:prod-us"),
        ("resume", "environment:prod-us"),
    ]


def test_a_resume_says_what_something_else_still_stops() -> None:
    journey = Journey()
    for scope in ("environment prod-us", "wave 2", "migration billing.reports", "campaign"):
        journey.type(f"pause {scope}")

    assert journey.type("resume wave 2").text == (
        "Resumed wave 2, but campaign is still paused, environment prod-us is still paused, migration billing.reports is still "
        "paused: nothing starts yet."
    )
    assert journey.type("resume campaign").text == (
        "Resumed campaign, but environment prod-us is still paused, migration billing.reports is still paused. Elsewhere what "
        "waits starts as slots are free, the lowest wave and the longest wait first."
    )
    journey.type("resume environment prod-us")
    assert journey.type("resume migration billing.reports").text == (
        "Resumed migration billing.reports: what waits starts as slots are free, the lowest wave and the longest wait first."
    )


def test_whoever_starts_under_a_pause_is_told_that_it_is_paused() -> None:
    journey = Journey()
    journey.type("pause campaign disk full")

    assert journey.type("start email.notifications").text.endswith(
        f"now code_migration.rewrite of shared is held by a pause of campaign, by <@{OPERATOR.rpartition('/')[2]}>: disk full."
    )


@pytest.mark.parametrize(
    "text", ["pause wave two", "pause billing.reports", "pause foo bar", "resume wave two because"]
)
def test_a_scope_that_is_none_stops_nothing_and_is_explained(text: str) -> None:
    journey = Journey()

    assert "wave 2`" in journey.type(text).text
    assert journey.engine.controls.records("airflow-3") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open-wave", "Which wave? Write `open-wave 2`; waves: 1, 2."),
        ("open-wave two", "Which wave? Write `open-wave 2`; waves: 1, 2."),
        ("open-wave 9", "Which wave? Write `open-wave 2`; waves: 1, 2."),
        ("open-wave wave", "Which wave? Write `open-wave 2`; waves: 1, 2."),
        ("open-wave 2 because", "Which wave? Write `open-wave 2`; waves: 1, 2."),
        ("pause wave", "Which wave? Write `pause wave 2`; waves: 1, 2."),
        (
            "pause environment",
            "Which environment? Write `pause environment prod-us`; environments: test, prod-us, prod-eu.",
        ),
        (
            "freeze environment for 48h",
            "Which environment? Write `freeze environment prod-us for 48h`; environments: test, prod-us, prod-eu.",
        ),
        (
            "resume migration",
            "Which migration? Write `resume migration billing.reports`; migrations: email.notifications, billing.reports.",
        ),
        ("resume wave 1 because", "`resume` takes no reason; write `resume wave 1`."),
        ("resume campaign now", "`resume` takes no reason; write `resume campaign`."),
    ],
)
def test_what_is_left_out_or_too_much_is_asked_for_with_what_there_is(text: str, said: str) -> None:
    journey = Journey()

    assert journey.type(text).text == said
    assert journey.engine.controls.records("airflow-3") == ()


def test_an_environment_that_there_is_not_is_answered_with_those_there_are() -> None:
    said = Journey().type("pause environment prod")

    assert (said.ok, said.text) == (False, "There is no environment `prod`. Did you mean `prod-us` or `prod-eu`?")


def test_status_says_what_is_paused() -> None:
    journey = Journey()
    journey.type("pause campaign disk full")

    assert journey.type("status").text.startswith(f"Paused: campaign, by {OPERATOR} since ")
