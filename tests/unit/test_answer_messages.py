"""An answer as Slack, a terminal and a machine show it: whole, valid, escaped, and within every limit."""

import json

import pytest
from pydantic import ValidationError

from sandbox.slack.block_kit import problems, too_long
from shared.messages.answer_blocks import blocks_of
from shared.messages.answer_text import plainly, text_of, ways_of
from state_schema.answers import Answer, Suggestion, done, refused
from state_schema.orders import CARDS, ReplyMessage
from state_schema.signals import ReplyTo

REFUSED = Answer(
    status="refused",
    reason_code="nothing_to_answer",
    message="Can't deploy a in test: pull request #12 is not merged. Check it now?",
    suggestions=(
        Suggestion(label="Check now", command="pr-merged a shared"),
        Suggestion(label="Deploy in prod", command="deploy a prod"),
    ),
    warnings=("`--force` goes past nothing.",),
    next_steps=("Ask <@U_OPERATOR>.",),
    related_resources=("a", "https://github.test/acme/dags/pull/12"),
)
FULL = Answer(
    status="refused",
    message="&lt;" * 750,
    reason_code="x" * 60,
    suggestions=tuple(Suggestion(label="<!channel>" * 7, command=f"skip {n} " + "y" * 480) for n in range(5)),
    warnings=("&amp;" * 200,) * 5,
    next_steps=("&gt;" * 250,) * 5,
    related_resources=tuple(f"https://github.test/{'z' * 1900}{n}" for n in range(20)),
)


def test_an_answer_of_one_sentence_needs_no_blocks() -> None:
    assert blocks_of(done("Started a.")) == ()


def test_a_refusal_has_its_reason_then_buttons_then_warnings_and_links() -> None:
    confirm = {
        "title": {"type": "plain_text", "text": "Deploy in prod?", "emoji": True},
        "text": {
            "type": "plain_text",
            "text": "deploy a prod. It starts as soon as its turn comes, and cannot be taken back from here.",
            "emoji": True,
        },
        "confirm": {"type": "plain_text", "text": "Yes", "emoji": True},
        "deny": {"type": "plain_text", "text": "Cancel", "emoji": True},
    }
    assert blocks_of(REFUSED) == (
        {"type": "section", "text": {"type": "mrkdwn", "text": REFUSED.message, "verbatim": True}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Ask <@U_OPERATOR>.", "verbatim": True}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "say:1",
                    "text": {"type": "plain_text", "text": "Check now", "emoji": True},
                    "value": "pr-merged a shared",
                },
                {
                    "type": "button",
                    "action_id": "say:2",
                    "text": {"type": "plain_text", "text": "Deploy in prod", "emoji": True},
                    "value": "deploy a prod",
                    "confirm": confirm,
                },
            ],
        },
        {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": "⚠️ `--force` goes past nothing.", "verbatim": True}],
        },
        {
            "type": "context",
            "elements": [
                {
                    "type": "mrkdwn",
                    "text": "<https://github.test/acme/dags/pull/12|acme/dags/pull/12>",
                    "verbatim": True,
                }
            ],
        },
    )


@pytest.mark.parametrize("answer", [REFUSED, FULL], ids=["usual", "full"])
def test_every_answer_is_valid_block_kit(answer: Answer) -> None:
    blocks = json.loads(json.dumps(blocks_of(answer)))

    assert problems(blocks) == []
    assert not too_long(blocks)


def test_the_fullest_answer_fits_into_the_text_of_a_message_without_half_an_entity() -> None:
    text = text_of(FULL)

    assert len(text) <= 4000
    assert text.replace("&lt;", "").replace("&gt;", "").replace("&amp;", "").count("&") == 0


def test_the_text_has_the_reason_what_to_do_next_and_the_warnings() -> None:
    assert text_of(REFUSED) == (
        "Can't deploy a in test: pull request #12 is not merged. Check it now? Ask <@U_OPERATOR>.\n"
        "⚠️ `--force` goes past nothing."
    )


def test_where_there_are_no_buttons_suggestions_are_typed() -> None:
    assert ways_of(REFUSED) == [
        "Check now: `/migrate pr-merged a shared`",
        "Deploy in prod: `/migrate deploy a prod`",
    ]


def test_what_somebody_typed_leaves_no_code_span_where_it_is_repeated() -> None:
    hostile = Suggestion(label="retry `a` <b>", command="retry a 'x ` <!channel> `y'")
    assert ways_of(refused("x", "No.", hostile)) == [
        "retry 'a' &lt;b&gt;: `/migrate retry a 'x ' &lt;!channel&gt; 'y'`"
    ]


def test_machines_get_plain_texts() -> None:
    plain = plainly(REFUSED.model_copy(update={"message": "&lt;b&gt; <https://x.test|here>"}))

    assert (plain.message, plain.next_steps) == ("<b> here", ("Ask @U_OPERATOR.",))


def test_a_reply_of_the_release_before_is_still_read() -> None:
    old = {"kind": "reply", "reply_to": {"response_url": "https://hooks.slack.com/x"}, "text": "Started."}

    assert CARDS.validate_python(old) == ReplyMessage(
        reply_to=ReplyTo(response_url="https://hooks.slack.com/x"), answer=done("Started.")
    )


@pytest.mark.parametrize(
    "wrong", [{"message": "x" * 3001}, {"suggestions": [{"label": "", "command": "x"}]}, {"more": 1}]
)
def test_an_answer_beyond_its_limits_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate({"status": "done", "message": "m"} | wrong)
