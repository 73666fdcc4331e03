"""Every modal as people see it, whole, and that Slack takes it whatever stands in it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from sandbox.slack.content import SlackRefusalError
from sandbox.slack.modals import read_view
from shared.domain.view import Refusal, View
from shared.messages.blocks import Block
from shared.messages.escaping import as_plain
from shared.messages.loading import loading, taken
from shared.messages.modal_inputs import fitting
from shared.messages.modals import modal, not_asked
from shared.webhooks import modal_values
from state_schema.plan import Plan
from state_schema.signals import Failed, Succeeded
from tests.snapshot_files import MessageFile
from tests.stories import CHOICES, Story, document
from tests.unit.forms import asking
from tests.unit.modals import opened
from tests.unit.plans import HOSTILE

MANY = tuple(f"dag_{number:04}" for number in range(250))


@pytest.fixture
def message(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(MessageFile)


def written(view: Block) -> str:
    """A modal as a person reads it, then as it is sent."""
    buttons = " ".join(f"[{view[name]['text']}]" for name in ("close", "submit") if name in view)
    lines = [f"{view['title']['text']}", *(line for block in view["blocks"] for line in read(block)), buttons]
    return "\n".join(lines) + f"\n\n{json.dumps(view, indent=1, ensure_ascii=False)}\n"


def read(block: Block) -> list[str]:
    if block["type"] == "input":
        optional = " (optional)" if block.get("optional") else ""
        return [
            f"{block['label']['text']}{optional} <{block['element']['type']}>",
            block.get("hint", {}).get("text", ""),
        ]
    texts = block["elements"] if block["type"] == "context" else [block["text"]]
    return [as_plain(text["text"]) for text in texts]


def failed(reason: str = "ImagePullBackOff") -> Story:
    return Story().until("test", "deploy.run").report(Failed(category="blocking", reason=reason))


def offering(items: tuple[str, ...] = CHOICES) -> View:
    view = Story().until("test", "migrate.choose").report(Succeeded(choices=items)).view
    return replace(view, offered=items)


def deciding(*choices: str) -> View:
    plan = document("airflow-3.plan.yaml")
    decision = {"ask": "How fast?", "choices": list(choices), "as": "speed"}
    plan["phases"].insert(1, {"name": "tempo", "steps": [{"id": "choose", "decision": decision}]})
    return replace(Story(plan=Plan.model_validate(plan)).until("test", "tempo.choose").view, offered=choices)


def asked(form: dict[str, Any] | None = None) -> View:
    return Story(plan=asking(form)).until("test", "size.choose").view


def shown(view: View, verb: str = "decide", **given: Any) -> Block:
    return modal(view, opened(view, "test", verb, **given))


def test_until_it_is_filled(message: SnapshotAssertion) -> None:
    assert written(loading("open:skip", "{}", "skip email.notifications test <reason>")) == message


def test_skip(message: SnapshotAssertion) -> None:
    assert written(shown(failed().view, "skip")) == message


def test_mark_blocked(message: SnapshotAssertion) -> None:
    assert written(shown(failed().view, "block")) == message


def test_roll_back(message: SnapshotAssertion) -> None:
    assert written(shown(failed().view, "rollback")) == message


def test_abort(message: SnapshotAssertion) -> None:
    assert written(shown(failed().view, "abort")) == message


def test_items_to_choose_from(message: SnapshotAssertion) -> None:
    assert written(shown(offering())) == message


def test_two_hundred_and_fifty_items_come_in_groups(message: SnapshotAssertion) -> None:
    assert written(shown(offering(MANY))) == message


def test_one_choice(message: SnapshotAssertion) -> None:
    assert written(shown(deciding("slow", "fast"))) == message


def test_one_of_more_choices_than_radio_buttons(message: SnapshotAssertion) -> None:
    assert written(shown(deciding(*MANY[:11]))) == message


def test_a_form(message: SnapshotAssertion) -> None:
    assert written(shown(asked())) == message


def test_decided_meanwhile(message: SnapshotAssertion) -> None:
    refusal = Refusal(
        "already_decided",
        "slack:T0ACME/U_APPROVER answered this already with `retry`, at 2026-03-02 09:14 UTC.",
        "The card shows where it is now.",
    )
    assert written(not_asked(opened(failed().view, "test", "skip"), refusal)) == message


def test_after_half_an_hour(message: SnapshotAssertion) -> None:
    assert written(taken("email.notifications")) == message


def test_the_blocks_are_those_that_the_door_reads() -> None:
    inputs = {block["block_id"] for view in (failed().view, offering(), asked()) for verb in ("skip", "decide")
              for block in shown(view, verb)["blocks"] if block["type"] == "input"}  # fmt: skip
    known = {modal_values.REASON, modal_values.CHOICES}
    assert {name for name in inputs if not name.startswith(modal_values.FIELD)} == known


def test_what_does_not_fit_is_said_with_the_command() -> None:
    long = ("x" * 151, "ok", "é" * 150, "😀" * 76)
    view = offering(long)
    blocks = shown(view)["blocks"]
    assert [option["value"] for option in blocks[1]["element"]["options"]] == ["ok", "é" * 150]
    assert "2 of 4 do not fit in here. In the channel any can be named: `/migrate decide email.notifications test" in (
        as_plain(blocks[2]["elements"][0]["text"])
    )


def test_a_list_of_which_nothing_fits_has_nothing_to_send() -> None:
    view = shown(offering(("x" * 200,)))
    assert ("submit" in view, [block["type"] for block in view["blocks"]]) == (False, ["section", "context"])


def test_five_thousand_items_are_shown_as_far_as_slack_takes_them() -> None:
    items = tuple(f"{number:0>30}" for number in range(5000))
    fit = fitting(items)
    assert fit == items[: len(fit)]
    assert len(fit) > 1000
    assert read_view(shown(offering(items)))
    assert f"{5000 - len(fit):,} of 5,000 do not fit" in as_plain(json.dumps(shown(offering(items))))


def test_an_option_that_is_too_long_for_a_menu_makes_the_field_a_text() -> None:
    form = {"type": "object", "properties": {"size": {"type": "string", "enum": ["small", "x" * 151]}}}
    (_, field, _) = shown(asked(form))["blocks"]
    assert field["element"]["type"] == "plain_text_input"


def test_what_a_default_fills_in_is_among_the_options() -> None:
    fields = {
        "size": {"type": "integer", "enum": [1, 2], "default": 2},
        "count": {"type": "integer", "default": 8},
        "share": {"type": "number", "default": 0.5},
        "text": {"type": "string", "default": "a b"},
        "sure": {"type": "boolean", "default": True},
    }
    (_, *blocks, _) = shown(asked({"type": "object", "properties": fields}))["blocks"]
    elements = [block["element"] for block in blocks]
    assert [one.get("initial_value", one.get("initial_option", {}).get("value")) for one in elements] == [
        "2", "8", "0.5", "a b", "true",
    ]  # fmt: skip
    assert all(one["initial_option"] in one["options"] for one in elements if "options" in one)
    assert all(block["optional"] for block in blocks)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_still_a_modal_that_slack_takes(text: str) -> None:
    text = text.replace("\ud800", "")
    item = text[:150] or "x"
    field = {"type": "string", "title": text[:75] or "x", "description": text[:150] or "x", "enum": [item, "y"]}
    views = [
        shown(failed(text[:500] or "x").view, "skip"),
        shown(offering((item, "y"))),
        shown(asked({"type": "object", "properties": {"a": field, "b": field}})),
        not_asked(opened(failed().view, "test", "skip"), Refusal("x", text, text)),
        loading("open:skip", "{}", text),
        taken(text),
    ]
    assert [refused(view) for view in views] == [[]] * len(views)
    marked = [text for view in views for text in texts(view) if text.get("type") == "mrkdwn"]
    assert not any("<!channel>" in one["text"] for one in marked)


def test_the_largest_form_is_still_a_modal_that_slack_takes() -> None:
    field = {
        "type": "string", "title": "&" * 75, "description": "<" * 150, "pattern": "&" * 200, "default": "&" * 80,
    }  # fmt: skip
    menu = {"type": "string", "enum": [f"{number:0>150}" for number in range(100)]}
    largest = {f"a{number}" + "b" * 38: field if number % 2 else menu for number in range(10)}
    assert refused(shown(asked({"type": "object", "properties": largest}))) == []


def refused(view: Block) -> list[str]:
    try:
        read_view(json.loads(json.dumps(view)))
    except SlackRefusalError as exc:
        return [exc.error, *exc.messages]
    return []


def texts(node: object) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [text for one in node for text in texts(one)]
    if not isinstance(node, dict):
        return []
    own = [node] if isinstance(node.get("text"), str) else []
    return own + [text for one in node.values() for text in texts(one)]
