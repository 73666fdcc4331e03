import pytest

from shared.domain.display import summary_of
from shared.domain.machine import decide
from shared.domain.view import Refusal
from shared.messages.acted import acted
from shared.messages.answer_text import text_of
from shared.messages.helped import help_text
from shared.messages.replies import (
    answer_text,
    refusal_answer,
    status_text,
    unknown_command_text,
    unknown_resource_text,
)
from state_schema.answers import shown
from state_schema.orders import ReplyMessage
from state_schema.signals import Act, Failed, ReplyTo
from tests.stories import APPROVER, OPERATOR, STRANGER, Story

KNOWN = ("help", "status", "start", "approve", "retry", "pr-merged", "infra-applied")


def said(story: Story, verb: str, actor: str = OPERATOR, track: str | None = None, note: str = "") -> str:
    act = Act(id="slack:1", at=story.now, migration=story.view.state.id, actor=actor, verb=verb, track=track, note=note)
    return text_of(acted(decide(story.view, act), act))


def test_a_start() -> None:
    assert said(Story(), "start") == "Started email.notifications; now code_migration.rewrite of shared is at work."


def test_a_look_at_a_pull_request() -> None:
    story = Story().until("shared", "code_migration.review")
    number = story.step("shared").watches[0].rpartition("/")[2]
    assert said(story, "pr-merged") == f"Looking at pull request #{number} now."


def test_an_answer_of_the_plan() -> None:
    story = Story().until("test", "infra.apply")
    assert said(story, "infra-applied") == (
        "Noted `infra-applied`: infra.apply of email.notifications in test; now deploy.run of test is at work."
    )


def test_an_approval() -> None:
    story = Story().until("prod-us", "infra.pull_request")
    assert said(story, "approve", APPROVER, "prod-us") == (
        "Approved infra.pull_request of email.notifications in prod-us; now infra.pull_request of prod-us is at work."
    )


def test_an_explicit_command() -> None:
    story = Story().until("prod-us", "deploy.run")
    assert said(story, "deploy", APPROVER, "prod-us") == (
        "Deploy: taken for deploy.run of email.notifications in prod-us; now deploy.run of prod-us is at work."
    )


def test_a_retry_and_a_skip() -> None:
    story = Story().until("test", "deploy.run").report(Failed(category="blocking", reason="No."))
    assert (
        said(story, "retry") == "Retrying deploy.run of email.notifications in test; now deploy.run of test is at work."
    )
    assert said(story, "skip", note="It is retired.") == (
        "Skipped deploy.run of email.notifications in test; now deploy.confirm of test waits for people."
    )


def test_the_same_act_again() -> None:
    story = Story()
    act = Act(id="slack:1", at=story.now, migration=story.view.state.id, actor=OPERATOR, verb="start")
    after = decide(story.view, act).view
    assert answer_text(decide(after, act), act) == "`start` was taken before; nothing changed at email.notifications."


def test_a_refusal_says_what_to_do_next() -> None:
    assert said(Story(), "start", STRANGER) == (
        "Only an operator of the campaign can start a migration. Ask one of the operators of airflow-3."
    )


def test_the_second_one_reads_who_was_first() -> None:
    story = Story().until("test", "infra.apply")
    button = story.button("test")
    act = Act(
        id="late", at=story.now, migration=story.view.state.id, actor=APPROVER, verb="infra-applied", checkpoint=button
    )
    late = decide(story.answer("test", "infra-applied").view, act)
    assert late.refusal is not None
    assert text_of(refusal_answer(late.refusal)).startswith(
        "<@U_OPERATOR> answered this already with `infra-applied`, at "
    )


def test_a_refusal_mentions_nobody_whatever_it_repeats() -> None:
    hostile = Refusal("unknown_choice", "Not among the choices: <!channel> slack:T0ACME/U_OPERATOR.", "Choose.")
    assert (
        text_of(refusal_answer(hostile)) == "Not among the choices: &lt;!channel&gt; slack:T0ACME/U_OPERATOR. Choose."
    )


def test_help_lists_every_command() -> None:
    assert help_text(("start", "status", "decide", "retry")) == (
        "What you can write in this channel (slash commands do not work in threads); `help &lt;command&gt;` says more:\n"
        "`/migrate start &lt;resource&gt;`\n"
        "`/migrate status [resource]`\n"
        "`/migrate decide &lt;resource&gt; [environment] all | &lt;item&gt; … | &lt;field&gt;=&lt;value&gt; …`\n"
        "`/migrate retry &lt;resource&gt; [environment] [reason]`"
    )


@pytest.mark.parametrize(("typed", "meant"), [("retyr", "retry"), ("RETRY", "retry"), ("pr_merged", "pr-merged")])
def test_a_slip_of_the_pen_is_understood(typed: str, meant: str) -> None:
    assert unknown_command_text(typed, KNOWN) == (
        f"I don't know `{typed}`. Did you mean `{meant}`? `/migrate help` lists what I know."
    )


def test_nonsense_is_not_guessed_at() -> None:
    assert unknown_command_text("<!here>", KNOWN) == "I don't know `&lt;!here&gt;`. `/migrate help` lists what I know."


def test_an_unknown_resource_gets_the_nearest_ones() -> None:
    known = ["email.notifications", "billing.reports"]
    assert unknown_resource_text("email.notification", known) == (
        "The campaign has no `email.notification`. Did you mean `email.notifications`?"
    )
    assert unknown_resource_text("zzz", known) == (
        "The campaign has no `zzz`. It has `email.notifications`, `billing.reports`."
    )
    assert unknown_resource_text("zzz", []) == "The campaign has no `zzz`. `/migrate status` lists what it has."


def test_the_status_puts_first_what_people_can_act_on() -> None:
    busy = summary_of(Story().act("start").view)
    asked = summary_of(Story(resource=1).until("test", "infra.apply").view)
    assert status_text("airflow-3", [busy, asked]) == (
        "*airflow-3*: 1 actionable, 0 blocked, 0 completed, 1 in progress\n"
        "• *Billing reports* · `infra_to_confirm` at `test: infra.apply`: test: Run `pacman apply` to provision the resources"
        " (`/migrate infra-applied billing.reports test`)\n"
        "• *E-mail notifications* · `code_migration_running` at `shared: code_migration.rewrite`:"
        " shared: code_migration.rewrite is at work"
    )


def test_no_reply_is_longer_than_a_reply_may_be() -> None:
    hostile = "<!channel>`" * 1000
    row = summary_of(Story().view).model_copy(update={"name": hostile, "next_action": hostile, "current_step": hostile})
    texts = [
        text_of(refusal_answer(Refusal("x", hostile, hostile))),
        help_text(tuple(f"verb-{number}-{'x' * 30}" for number in range(2000))),
        unknown_command_text(hostile, KNOWN),
        unknown_resource_text(hostile, [hostile] * 2000),
        status_text(hostile, [row] * 2000),
    ]
    for text in texts:
        assert ReplyMessage(reply_to=ReplyTo(), answer=shown(text)).answer.message == text
        assert "<!channel" not in text
    assert texts[-1].endswith(" more.")
