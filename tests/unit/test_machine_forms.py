"""Decisions with a form in the story of a migration: asked at once, checked, stored, and there for later steps."""

import json
from typing import Any

import pytest

from shared.domain.checkpoints import open_checkpoints
from shared.domain.orders import orders_for
from shared.messages.acted import acted
from shared.messages.answer_text import text_of
from shared.messages.cards import card
from shared.webhooks.slack import act_of
from state_schema.events import CheckpointDecided
from state_schema.migration import Migration
from tests.stories import OPERATOR, STRANGER, Story
from tests.unit.forms import SIZE, asking
from tests.unit.test_machine_choices import clicked

GIVEN = {"workers": "8", "keep_old": "yes", "reason": "More DAGs"}
TOO_MANY = (
    "Nothing was decided. `workers`: a whole number from 1 to 64 is wanted, and this is 99; `reason`: is missing: "
    "text of 3 to 200 characters that fits `^[A-Za-z]` is wanted."
)
ANSWERS = {"workers": 8, "pool": "small", "keep_old": True, "reason": "More DAGs"}


def asked(form: dict[str, Any] | None = None, **inputs: str) -> Story:
    return Story(plan=asking(form, **inputs)).until("test", "size.choose")


def test_a_form_is_asked_at_once_and_nothing_is_ordered_for_it() -> None:
    story = asked()

    assert orders_for(story.view) == []
    ((*_, checkpoint),) = open_checkpoints(story.view)
    assert (checkpoint.kind, checkpoint.verbs, checkpoint.ask) == ("decision", ("decide",), "How large is test?")
    assert not any(event.kind == "choices_offered" for event in story.events)


def test_the_answers_are_stored_and_there_for_templates_of_later_steps() -> None:
    story = asked(workers="{outputs.size.choose.workers}", keep="{outputs.size.choose.keep_old}")
    story.answer("test", "decide", answers=GIVEN)

    decided = next(event for event in story.last.events if isinstance(event, CheckpointDecided))
    assert (decided.answers, decided.choices) == (ANSWERS, None)
    step = story.view.state.tracks["test"].steps["size.choose"]
    assert (step.status, step.outputs) == ("completed", ANSWERS)
    assert Migration.model_validate_json(story.view.state.model_dump_json()) == story.view.state
    assert story.until("test", "deploy.run").order.inputs["inputs"] == {
        "environment": "test", "workers": "8", "keep": "true"
    }  # fmt: skip


def test_each_environment_is_asked_for_itself() -> None:
    story = asked().answer("test", "decide", answers=GIVEN).until("prod-us", "size.choose")
    story.answer("prod-us", "decide", answers=GIVEN | {"workers": "64"})

    tracks = story.view.state.tracks
    assert [tracks[name].steps["size.choose"].outputs["workers"] for name in ("test", "prod-us")] == [8, 64]


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"answers": {"workers": "99"}},
            "wrong_answers",
            TOO_MANY,
        ),
        ({"answers": {}}, "wrong_answers", None),
        ({}, "answers_wanted", "This question has fields to fill in."),
        ({"choices": ["8"]}, "answers_wanted", "This question has fields to fill in."),
        ({"answers": {f"field_{number}" + "x" * 50: "y" * 300 for number in range(40)}}, "wrong_answers", None),
        ({"answers": {"workers": {"deep": [[[1]]]}}}, "wrong_answers", None),
    ],
)
def test_answers_that_do_not_fit_change_nothing_and_say_what_would(
    given: dict[str, Any], code: str, message: str | None
) -> None:
    story = asked().answer("test", "decide", **given)

    assert story.kinds() == ["act_refused"]
    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == code
    assert message in {None, story.last.refusal.message}
    assert story.last.refusal.next_step == (
        "Write `decide email.notifications test workers=<whole number> [pool=<small|large>] [ratio=<number>] "
        '[keep_old=<true|false>] reason="<text>"`.'
    )
    assert story.step("test").status == "awaiting_human"


def test_a_credential_given_as_an_answer_is_stored_nowhere() -> None:
    secret = "xoxb-" + "1" * 20
    story = asked().answer("test", "decide", answers=GIVEN | {"reason": f"use {secret}"})

    assert story.last.refusal is not None
    assert "`reason`: looks like a credential" in story.last.refusal.message
    assert secret not in story.view.state.model_dump_json() + "".join(event.model_dump_json() for event in story.events)


def test_a_stranger_cannot_answer() -> None:
    story = asked().answer("test", "decide", STRANGER, answers=GIVEN)

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "not_permitted"


def test_whoever_answers_second_is_told_so() -> None:
    story = asked()
    button = story.button("test")
    story.answer("test", "decide", answers=GIVEN).act("decide", checkpoint=button, answers=GIVEN | {"workers": "1"})

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "already_decided"
    assert story.view.state.tracks["test"].steps["size.choose"].outputs == ANSWERS


def test_fields_where_there_is_a_list_choose_nothing() -> None:
    story = Story(plan=asking()).until("test", "migrate.choose").oblige()
    story.answer("test", "decide", answers={})

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "no_form"
    assert story.step("test").status == "awaiting_human"


def test_an_unknown_choice_of_any_length_is_refused_in_a_message_that_fits() -> None:
    story = Story().until("test", "migrate.choose").oblige()
    story.answer("test", "decide", choices=[f"{number}" + "x" * 199 for number in range(5)])

    assert story.last.refusal is not None
    assert story.last.refusal.reason_code == "unknown_choice"


def test_the_few_options_of_an_only_field_have_a_button_each() -> None:
    story = asked(SIZE)
    row = next(block["elements"] for block in card(story.view, "test").blocks if block["type"] == "actions")
    assert [(button["text"]["text"], button["action_id"]) for button in row] == [
        ("small", "act:decide:1"),
        ("all", "act:decide:2"),
        ("Take it", "act:assign"),
    ]

    act = act_of(clicked(row[1]), team="T0ACME", at=story.now.isoformat())
    assert act is not None
    story.answer("test", "decide", choices=act["choices"])
    assert story.view.state.tracks["test"].steps["size.choose"].outputs == {"size": "all"}


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer"},
        {"type": "string", "enum": list("abcdef")},
    ],
)
def test_an_only_field_with_more_to_say_opens_a_form(field: dict[str, Any]) -> None:
    story = asked({"type": "object", "properties": {"size": field}})

    rows = [block for block in card(story.view, "test").blocks if block["type"] == "actions"]
    assert [button["action_id"] for row in rows for button in row["elements"]] == ["open:decide", "act:assign"]


def test_a_question_of_yes_or_no_has_two_buttons() -> None:
    story = asked({"type": "object", "properties": {"keep": {"type": "boolean"}}})
    row = next(block["elements"] for block in card(story.view, "test").blocks if block["type"] == "actions")
    story.answer("test", "decide", choices=json.loads(row[1]["value"])["c"])

    assert [button["text"]["text"] for button in row] == ["true", "false", "Take it"]
    assert story.view.state.tracks["test"].steps["size.choose"].outputs == {"keep": False}


def test_the_answer_says_what_was_answered() -> None:
    story = asked().answer("test", "decide", answers=GIVEN)

    said = text_of(acted(story.last, story._act("decide", OPERATOR, {})))
    assert said.startswith(
        "Answered `workers = 8, pool = small, keep_old = true, reason = More DAGs` for size.choose of email.notifications"
    )
