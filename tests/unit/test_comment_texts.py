"""What is written in Slack's markup reads the same on GitHub, and calls, links and hides nothing there."""

import pytest

from shared.messages.comments import LONGEST, body_of, markdown
from state_schema.answers import Answer, Suggestion, refused
from state_schema.signals import CommentRef

TO = CommentRef(repository_id=7, number=41, comment_id=550041)
MARKER = "<!-- waymark:reply:550041 -->"


@pytest.mark.parametrize(
    ("slack", "github"),
    [
        ("Started a; now it is at work.", "Started a; now it is at work."),
        ("*Billing reports* · `pending`", "**Billing reports** · `pending`"),
        ("`&lt;resource&gt; &amp; more` of &lt;b&gt;", "`<resource> & more` of &lt;b&gt;"),
        ("<@U_OPERATOR> was first", "`U_OPERATOR` was first"),
        (
            "<https://github.com/acme/dags/pull/7|PR #7> is open",
            "[PR #\u200b7](https://github.com/acme/dags/pull/7) is open",
        ),
        ("until <!date^1795169760^{date_short_pretty} {time}|2026-11-20 10:16 UTC>.", "until 2026-11-20 10:16 UTC."),
        ("thanks @acme/everyone and @reviewer", "thanks @\u200bacme/everyone and @\u200breviewer"),
        ("as in acme/dags#12 and GH-12", "as in acme/dags#\u200b12 and GH-\u200b12"),
        ("![x](https://evil.example/p.png)", "!\\[x\\](https://evil.example/p.png)"),
        ("a_b_c _em_ ~no~ a|b \\", "a_b_c \\_em\\_ \\~no\\~ a\\|b \\\\"),
        ("&lt;!-- waymark:reply:1 --&gt;", "&lt;!-- waymark:reply:1 --&gt;"),
    ],
)
def test_slacks_markup_becomes_markdown_that_calls_nobody(slack: str, github: str) -> None:
    assert markdown(slack) == github


def test_an_answer_is_a_whole_comment_with_its_marker() -> None:
    answer = Answer(
        status="refused",
        reason_code="not_merged",
        message="Can't deploy: pull request `#41` is not merged.",
        next_steps=("Have it merged.",),
        suggestions=(Suggestion(label="Check it now", command="pr-merged email.notifications shared"),),
        warnings=("A freeze begins at noon.",),
        related_resources=("https://github.com/acme/dags/pull/41", "email.notifications"),
    )

    assert body_of(answer, TO) == (
        "Can't deploy: pull request `#41` is not merged.\n\n"
        "Have it merged.\n\n"
        "Check it now: `/migrate pr-merged email.notifications shared`\n\n"
        "⚠️ A freeze begins at noon.\n\n"
        "<https://github.com/acme/dags/pull/41>\n\n"
        f"{MARKER}"
    )


def test_a_command_that_is_repeated_is_no_markup_and_ends_no_code_span() -> None:
    typed = "skip x test 'a ` <img src=x> @acme/team `b'"
    body = body_of(refused("x", "No.", Suggestion(label="Skip in test", command=typed)), TO)
    assert body == f"No.\n\nSkip in test: `/migrate skip x test 'a ' <img src=x> @acme/team 'b'`\n\n{MARKER}"


def test_that_a_command_was_parked_has_a_marker_of_its_own() -> None:
    body = body_of(refused("parked", "It is kept."), TO)

    assert body == "It is kept.\n\n<!-- waymark:parked:550041 -->"


def test_the_longest_answer_keeps_its_marker() -> None:
    long = Answer(
        status="shown", message="\n".join(["_" * 100] * 29), next_steps=("@" * 1000,) * 5, warnings=("_" * 1000,) * 5
    )
    body = body_of(long, TO)

    assert len(body) <= LONGEST + len(MARKER) + 3
    assert body.endswith(f"…\n\n{MARKER}")
