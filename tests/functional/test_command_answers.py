"""What each command is answered, whole: the message, what would work, where to look; for friends and for hostile input."""

import pytest

from shared import names
from shared.messages.unknown import suggestion
from state_schema.answers import Answer, Suggestion
from state_schema.campaign import Campaign
from state_schema.ids import SHARED_TRACK
from state_schema.signals import Failed, Ticked
from tests.functional.journey import EMAIL, Journey
from tests.functional.test_commands import choosing
from tests.stories import APPROVER, OPERATOR, STRANGER, pull_request, the_campaign

EMAILS = "email.notifications"
LOOK = Suggestion(label="Check now", command=f"pr-merged {EMAILS} shared")


def reviewed() -> tuple[Journey, str]:
    """One pull request waits for its merge, and was looked at; its number."""
    journey = Journey()
    address = journey.under_review()
    journey.github.truth[address] = pull_request(number=int(address.rpartition("/")[2]), url="https://github.test/1")
    journey.look(address)
    journey.drain()
    return journey, address.rpartition("/")[2]


def merged(campaign: Campaign | None = None) -> Journey:
    """The shared phases are over; test waits for `infra-applied`."""
    journey = Journey(campaign or the_campaign()).started()
    journey.work(journey.orders()[0])
    journey.drain()
    while journey.where().get("test") != "infra.apply awaiting_human":
        (watch,) = journey.stores.watches
        journey.github.truth[watch.address] = pull_request(state="closed", merged=True)
        journey.look(watch.address)
        journey.drain()
    return journey


# What cannot be done now.


def test_a_deployment_before_the_merge_says_so_and_offers_a_look() -> None:
    journey, number = reviewed()

    assert journey.ask(f"deploy {EMAILS} shared") == Answer(
        status="refused",
        reason_code="nothing_to_answer",
        message=f"Can't deploy {EMAILS} in shared: pull request #{number} is not merged. Check it now?",
        suggestions=(LOOK,),
        related_resources=(EMAILS, "https://github.test/1"),
    )


def test_whoever_aborts_is_told_what_still_runs() -> None:
    journey = Journey().started()

    said = journey.type(f"abort {EMAILS} giving up")
    assert said.text == (
        f"Aborted {EMAILS}; the migration is aborted; still running, and keeping its slot until it ends: "
        "code_migration.rewrite of shared."
    )


def test_an_environment_that_waits_for_another_says_what_that_one_waits_for() -> None:
    journey, number = reviewed()

    answer = journey.ask(f"deploy {EMAILS} prod-us")

    begins = "prod-us begins when shared and test are completed"
    assert answer.message == (
        f"Can't deploy {EMAILS} in prod-us: {begins}; now pull request #{number} is not merged. Check it now?"
    )
    assert answer.suggestions == (LOOK,)


def test_what_was_not_started_is_offered_to_be_started() -> None:
    assert Journey().ask(f"test-done {EMAILS} test") == Answer(
        status="refused",
        reason_code="nothing_to_answer",
        message=f"Can't take `test-done` for {EMAILS} in test: it has not been started. Start it?",
        suggestions=(Suggestion(label="Start", command=f"start {EMAILS}"),),
        related_resources=(EMAILS,),
    )


def test_what_is_at_work_is_offered_to_be_looked_at() -> None:
    answer = Journey().started().ask(f"retry {EMAILS}")

    assert answer.message == f"Can't retry {EMAILS}: code_migration.rewrite of shared is at work."
    assert answer.suggestions == (Suggestion(label="Check now", command=f"verify {EMAILS} shared"),)


def test_a_rollback_that_the_plan_does_not_have_is_told_so() -> None:
    journey = Journey()
    journey.skills["rewrite_dags"] = lambda _: Failed(category="blocking", reason="It is down.")
    journey.started()
    journey.work(journey.orders()[0])
    journey.drain()

    answer = journey.ask(f"rollback {EMAILS} shared it hurts")
    assert (
        answer.message
        == f"Can't roll back {EMAILS} in shared: the plan names no rollback for code_migration.rewrite of shared."
    )
    assert [one.label for one in answer.suggestions] == ["Retry"]


def test_a_start_again_is_told_where_it_is() -> None:
    answer = Journey().started().ask(f"start {EMAILS}")

    assert (answer.reason_code, answer.suggestions) == (
        "already_started",
        (Suggestion(label="See where it is", command=f"explain {EMAILS}"),),
    )


def test_a_wave_that_is_not_open_can_be_opened_by_a_button() -> None:
    journey = Journey(the_campaign(waves={1: {}, 2: {"after": 1}}))

    answer = journey.ask("start billing.reports")

    assert answer.message == "Wave 2 opens when wave 1 is complete."
    assert answer.next_steps == ("Or open it: `open-wave 2`.",)
    assert [one.command for one in answer.suggestions] == ["open-wave 2", "status"]


def test_several_places_are_a_button_each() -> None:
    journey = choosing(one={"primary": True}, two={"primary": True})

    answer = journey.ask(f"decide {EMAILS} all")

    assert answer.suggestions == (
        Suggestion(label="one", command=f"decide {EMAILS} one all"),
        Suggestion(label="two", command=f"decide {EMAILS} two all"),
    )


def test_who_may_not_answer_is_offered_no_button_and_told_who_may() -> None:
    journey = merged()

    answer = journey.ask(f"deploy {EMAILS} test", actor=STRANGER)

    assert answer.suggestions == ()
    assert answer.next_steps[0].startswith("Operators may answer: <@U_OPERATOR>")


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        (f"strat {EMAILS}", [f"start {EMAILS}", "help"]),
        ("start email.notification", [f"start {EMAILS}"]),
        (f"start {EMAILS} prod-su", [f"start {EMAILS} prod-us", f"start {EMAILS} prod-eu"]),
        (f"status {EMAILS[:-1]}", [f"status {EMAILS}"]),
        ("start x --campaign airflow-4", ["start x --campaign airflow-3"]),
        ("pause migration email.notification 'disk full'", [f"pause migration {EMAILS} 'disk full'"]),
        (f"decide {EMAILS}", [f"decide {EMAILS} all"]),
    ],
)
def test_a_slip_of_the_pen_is_one_click_away_from_what_was_meant(typed: str, commands: list[str]) -> None:
    assert [one.command for one in Journey().ask(typed).suggestions] == commands


def test_a_suggestion_stays_in_the_campaign_that_was_named() -> None:
    answer = Journey().ask("start email.notification", campaign="airflow-3", channel=None)

    assert [one.command for one in answer.suggestions] == [f"start {EMAILS} --campaign airflow-3"]


def test_two_campaigns_are_a_button_each() -> None:
    journey = Journey()
    journey.apply(the_campaign(campaign="airflow-3-late", resources=[{"id": "late.cluster"}]))

    assert journey.ask("status").suggestions == (
        Suggestion(label="In airflow-3", command="status --campaign airflow-3"),
        Suggestion(label="In airflow-3-late", command="status --campaign airflow-3-late"),
    )


def test_abort_never_takes_an_environment_for_the_whole() -> None:
    journey = Journey().started()

    for typed in (f"abort {EMAILS} prod-us", f"abort {EMAILS} prd-us 'too late'"):
        assert not journey.ask(typed).ok
    assert journey.view().state.status == "in_progress"
    assert journey.ask(f"abort {EMAILS} the team was dissolved").ok
    assert journey.stores.records[EMAIL][-1].event.model_dump()["reason"] == "the team was dissolved"


# A phone's writing.


@pytest.mark.parametrize(
    "typed",
    [
        f"start \u201c{EMAILS}\u201d",
        f"start \u2018{EMAILS}\u2019",
        f"start\u00a0{EMAILS}",
        f"start \u200b{EMAILS}",
        f"start {EMAILS} \u2014campaign airflow-3",
        f"start {EMAILS} \u2013\u2013campaign=airflow-3",
    ],
)
def test_quotes_blanks_and_dashes_of_phones_are_read_as_they_were_meant(typed: str) -> None:
    assert Journey().ask(typed).message.startswith(f"Started {EMAILS};")


def test_an_apostrophe_of_a_phone_opens_no_quotation() -> None:
    journey = choosing()
    journey.skills["migrate_items"] = lambda _: Failed(category="blocking", reason="It is down.")
    journey.type(f"decide {EMAILS} all")
    journey.drain()

    assert journey.ask(f"block {EMAILS} test it\u2019s the clusters\u2019 network").ok


# The inbox.


def test_an_inbox_has_what_this_person_may_answer_the_oldest_first() -> None:
    journey, _ = reviewed()
    journey.clock.advance(60)
    journey.take(journey.act("start", "airflow-3/billing.reports"))
    journey.drain()

    answer = journey.ask("inbox")

    assert [line.split(" · ")[0] for line in answer.message.splitlines()] == [
        "*airflow-3*: 2 wait for you, the oldest first",
        "• *E-mail notifications*",
        "• *Billing reports*",
    ]
    assert answer.suggestions == (
        Suggestion(label=f"Check now: {EMAILS}, shared", command=f"pr-merged {EMAILS} shared"),
        Suggestion(label="Check now: billing.reports, shared", command="pr-merged billing.reports shared"),
    )
    assert answer.related_resources == ("https://github.test/1",)


def test_the_inbox_of_somebody_who_may_answer_nothing_is_empty() -> None:
    journey, _ = reviewed()

    assert journey.ask("inbox", actor=STRANGER) == Answer(
        status="shown",
        message="Nothing waits for you in airflow-3.",
        suggestions=(Suggestion(label="Status", command="status"),),
    )


# Looking.


def test_verify_looks_at_what_is_waited_for() -> None:
    journey, number = reviewed()
    journey.forget()

    answer = journey.ask(f"verify {EMAILS}")

    assert (answer.status, answer.message) == ("done", f"Looking at pull request #{number} now.")
    (sighting,) = journey.sent(names.SIGHTINGS)
    assert sighting["address"] == f"pull_request:7/{number}"


def test_verify_of_an_environment_that_waits_for_nothing_outside_says_what_it_does_wait_for() -> None:
    answer = merged().ask(f"verify {EMAILS} test")

    assert answer.status == "shown"
    assert answer.message.startswith("Nothing outside is waited for: infra.apply of test waits for people: ")
    assert answer.suggestions == (Suggestion(label="Infra applied", command=f"infra-applied {EMAILS} test"),)


def test_verify_sends_an_order_again_that_was_lost() -> None:
    journey = Journey().started()

    assert journey.ask(f"verify {EMAILS}").ok
    assert [order["key"] for order in journey.sent("skill-rewrite-dags")] == [journey.orders()[0].key]


def test_reconcile_ticks_every_migration_under_way_once() -> None:
    journey = Journey().started()

    answers = [journey.ask("reconcile", id="typed-once") for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0].message == "Looking at everything that 1 migration under way waits for. The cards follow."
    (message,) = journey.sent(names.SIGNALS)
    assert Ticked.model_validate(message).migration == EMAIL


def test_only_an_operator_reconciles_all() -> None:
    journey = Journey().started()

    assert journey.ask("reconcile", actor=STRANGER).reason_code == "not_permitted"
    assert journey.sent(names.SIGNALS) == []
    assert journey.ask(f"reconcile {EMAILS}", actor=STRANGER).ok


# Explaining.


def test_explain_begins_with_what_is_paused() -> None:
    journey = Journey()
    journey.type("pause environment prod-us disk full")

    first, *rest = journey.ask(f"explain {EMAILS}").message.splitlines()
    assert first.startswith(f"Paused: environment prod-us, by {OPERATOR} since ")
    assert first.endswith(": disk full")
    assert rest


def test_explain_tells_the_way_of_a_resource() -> None:
    journey, number = reviewed()

    assert journey.ask(f"explain {EMAILS}") == Answer(
        status="shown",
        message=(
            f"*E-mail notifications* (`{EMAILS}`), wave 1, on airflow-3@1: awaiting human.\n"
            f"• *shared*: pull request #{number} is not merged.\n"
            f"• *test*: test begins when shared is completed; now pull request #{number} is not merged. "
            "Then: infra → deploy → migrate → verify.\n"
            f"• *prod-us*: prod-us begins when shared and test are completed; now pull request #{number} is not merged. "
            "Then: infra → deploy → migrate → verify.\n"
            f"• *prod-eu*: prod-eu begins when shared and test are completed; now pull request #{number} is not merged. "
            "Then: infra → deploy → migrate → verify."
        ),
        suggestions=(LOOK,),
        related_resources=("https://github.test/1",),
    )


def test_explain_of_a_resource_with_a_hostile_name_calls_nobody() -> None:
    journey = Journey(the_campaign(resources=[{"id": "a", "name": "<!channel> `x` *" + "y" * 150}]))

    answer = journey.ask("explain a")

    assert "<!channel" not in answer.message
    assert len(answer.message) <= 3000


def test_logs_give_links_and_the_last_failure() -> None:
    journey = choosing()
    journey.skills["migrate_items"] = lambda _: Failed(category="blocking", reason="<!here> is down")
    journey.type(f"decide {EMAILS} all")
    journey.drain()

    lines = journey.ask(f"logs {EMAILS} test").message.splitlines()

    assert lines[0].startswith("*E-mail notifications*: migrate.items of test failed <!date^")
    assert lines[0].endswith(": &lt;!here&gt; is down.")
    assert lines[1:] == ["No pull request and no run has been opened there yet."]


def test_logs_of_a_pull_request_link_to_it() -> None:
    journey, _ = reviewed()

    assert journey.ask(f"logs {EMAILS}") == Answer(
        status="shown",
        message="*E-mail notifications*: no failure among its last events.\n"
        "• <https://github.test/1|shared: code_migration.review>",
        related_resources=("https://github.test/1",),
    )


@pytest.mark.parametrize("verb", ["explain", "verify", "logs"])
def test_without_a_resource_each_is_a_button(verb: str) -> None:
    answer = Journey().ask(verb)

    assert (answer.reason_code, answer.message) == (
        "which_resource",
        f"Which resource? Write `{verb} &lt;resource&gt;`.",
    )
    assert [one.command for one in answer.suggestions] == [f"{verb} {EMAILS}", f"{verb} billing.reports"]


# Help.


def test_help_with_one_command_says_what_it_does_and_who_may() -> None:
    assert Journey().ask("help deploy").message == (
        "`/migrate deploy &lt;resource&gt; [environment] [--force]`: Orders the deployment that waits for this command; "
        "--force says what is missing, and goes past none of it. Who may: an operator of the campaign."
    )


def test_help_with_a_word_of_the_plan_says_what_it_answers() -> None:
    assert Journey().ask("help infra-applied").message == (
        "`/migrate infra-applied &lt;resource&gt; [environment]`: "
        "answers infra.apply: Run `pacman apply` to provision the resources."
    )


def test_help_with_nonsense_suggests_what_was_meant() -> None:
    answer = Journey().ask("help depoly")

    assert (answer.reason_code, answer.suggestions[0].command) == ("unknown_command", "deploy")


# Confirm and force.


def test_confirm_answers_the_action_that_it_names_and_no_other() -> None:
    journey = merged()

    assert journey.ask(f"confirm test-done {EMAILS} test").reason_code == "nothing_to_answer"
    assert journey.ask(f"confirm infra-applied {EMAILS} test").message.startswith("Noted `infra-applied`: infra.apply")


def test_confirm_without_a_resource_confirms_nothing_and_offers_where() -> None:
    journey = merged()
    version = journey.view().state.version

    answer = journey.ask("confirm infra-applied")

    assert answer.message == "Which one? Write `confirm infra-applied &lt;resource&gt; [environment]`."
    assert answer.suggestions == (suggestion("confirm", "infra-applied", EMAILS, "test"),)
    assert journey.view().state.version == version


def gated(layer: str) -> Journey:
    """The deployment to test waits for its gate."""
    journey = merged(the_campaign(gates={"deploy": {"test": layer}}))
    assert journey.type(f"infra-applied {EMAILS} test").ok
    journey.drain()
    assert journey.where()["test"] == "deploy.run awaiting_human"
    return journey


def test_confirm_of_a_gate_that_a_confirmation_answers_goes_on() -> None:
    journey = gated("confirmation")

    assert journey.ask(f"confirm deploy {EMAILS} test").message.startswith("Confirmed deploy.run of")


def test_confirm_never_stands_for_an_explicit_command() -> None:
    journey = gated("explicit_command")

    assert journey.ask(f"confirm deploy {EMAILS} test") == Answer(
        status="refused",
        reason_code="explicit_command",
        message=f"A confirmation is not enough for test: it wants the explicit command `deploy {EMAILS} test`. "
        "Nothing was done.",
        suggestions=(Suggestion(label=f"deploy {EMAILS} test", command=f"deploy {EMAILS} test"),),
    )
    assert journey.where()["test"] == "deploy.run awaiting_human"


def test_force_goes_past_nothing_and_says_so() -> None:
    journey, number = reviewed()

    answer = journey.ask(f"deploy {EMAILS} prod-us --force")

    assert not answer.ok
    assert answer.warnings == ("`--force` goes past no approval, no gate and no freeze: what is missing has to come.",)
    assert f"pull request #{number} is not merged" in answer.message
    assert journey.where() == {SHARED_TRACK: "code_migration.review awaiting_human"}


def test_force_with_all_that_is_needed_is_just_the_command() -> None:
    answer = gated("explicit_command").ask(f"deploy {EMAILS} test \u2014force")

    assert (answer.ok, answer.warnings) == (True, ("`--force` changed nothing: all that was needed was there.",))


def test_a_forced_deployment_by_somebody_who_may_not_stays_refused() -> None:
    journey = gated("explicit_command")

    assert journey.ask(f"deploy {EMAILS} test --force", actor=APPROVER).reason_code == "not_permitted"
    assert journey.where()["test"] == "deploy.run awaiting_human"


@pytest.mark.parametrize(
    "verb", ["explain", "verify", "reconcile", "logs", "inbox", "help", "confirm", "deploy", "status"]
)
@pytest.mark.parametrize(
    "hostile", ["<!channel>", "x" * 2900, "\u202eevil", "../../etc", "ab\x00c", "\u0435mail.notifications"]
)
def test_hostile_words_are_answered_and_never_repeated_raw(verb: str, hostile: str) -> None:
    journey = Journey().started()
    version = journey.view().state.version

    for typed in (f"{verb} {hostile}", f"{verb} {EMAILS} {hostile}"):
        answer = journey.ask(typed, actor=OPERATOR)
        shown = answer.model_dump_json()
        assert "<!channel" not in answer.message
        assert "\u202e" not in answer.message
        assert Answer.model_validate_json(shown) == answer
    kinds = journey.kinds()[version:]
    assert set(kinds) <= {"act_refused"}
