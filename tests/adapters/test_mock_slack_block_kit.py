"""Every limit of Block Kit that the mock Slack holds us to, at its last good value and one beyond."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.block_kit import problems, too_long

Block = dict[str, Any]


def plain(text: str, **more: object) -> Block:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(**fields: object) -> Block:
    return {"type": "section", **fields}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def context(*elements: Block) -> Block:
    return {"type": "context", "elements": list(elements)}


def header(text: Block) -> Block:
    return {"type": "header", "text": text}


def button(**fields: object) -> Block:
    return {"type": "button", "text": plain("Approve"), "action_id": "approve", **fields}


def confirm(**fields: object) -> Block:
    given = {"title": plain("Sure?"), "text": mrkdwn("It deploys."), "confirm": plain("Yes"), "deny": plain("No")}
    return given | fields


def menu(options: int, kind: str = "static_select") -> Block:
    entries = [{"text": plain(f"dag {number}"), "value": f"dag_{number}"} for number in range(options)]
    return {"type": kind, "action_id": "choose", "options": entries}


@pytest.mark.parametrize(
    "block",
    [
        section(text=mrkdwn("x" * 3000)),
        section(fields=[mrkdwn("x" * 2000)] * 5),
        section(fields=[mrkdwn("x")] * 10, text=plain("x", emoji=True), accessory=button()),
        section(text=mrkdwn("x"), block_id="b" * 255),
        {"type": "divider"},
        header(plain("x" * 150)),
        context(*[mrkdwn("x")] * 10),
        context({"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}),
        actions(*[button(action_id=str(number)) for number in range(25)]),
        actions(button(text=plain("x" * 75), value="x" * 2000, action_id="x" * 255, style="danger", confirm=confirm())),
        actions(button(value="")),
        actions({"type": "button", "text": plain("no action id")}, {"type": "button", "text": plain("nor here")}),
        actions(menu(100)),
        actions(menu(10, "checkboxes")),
        {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", "title": plain("A")},
        {"type": "markdown", "text": "x" * 12_000},
    ],
)
def test_what_slack_takes_has_no_problems(block: Block) -> None:
    assert problems([block]) == []


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (section(text=mrkdwn("x" * 3001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(text=mrkdwn("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (section(text="bare"), "must be an object [json-pointer:/blocks/0/text]"),
        (section(), "must define either `fields` or `text` [json-pointer:/blocks/0]"),
        (section(fields=[mrkdwn("x")] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
        (section(fields=[]), "must have at least 1 item [json-pointer:/blocks/0/fields]"),
        (
            section(fields=[mrkdwn("x"), mrkdwn("x" * 2001)]),
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/1/text]",
        ),
        (section(text=mrkdwn("x"), colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
        (
            section(text={**mrkdwn("x"), "emoji": True}),
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        (section(text={"type": "html", "text": "x"}), "unsupported type: html [json-pointer:/blocks/0/text/type]"),
        (
            section(text=mrkdwn("x"), block_id="b" * 256),
            "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
        (header(plain("x" * 151)), "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
        (header(mrkdwn("x")), "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
        (context(*[mrkdwn("x")] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
        (context(button()), "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
        (context(), "must have at least 1 item [json-pointer:/blocks/0/elements]"),
        (
            actions(*[button(action_id=str(number)) for number in range(26)]),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(button(), button()),
            "`action_id` 'approve' already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            actions(button(text=plain("x" * 76))),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (actions(button(text=mrkdwn("x"))), "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"),
        (
            actions(button(value="x" * 2001)),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (actions(button(value={"a": 1})), "must be a string [json-pointer:/blocks/0/elements/0/value]"),
        (
            actions(button(action_id="x" * 256)),
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            actions(button(style="default")),
            "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            actions(button(confirm={**confirm(), "deny": None})),
            "must be an object [json-pointer:/blocks/0/elements/0/confirm/deny]",
        ),
        (
            actions(button(confirm={"title": plain("a"), "text": plain("b"), "confirm": plain("c")})),
            "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
        ),
        (
            actions(button(confirm=confirm(title=plain("x" * 101)))),
            "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
        (
            actions(button(confirm=confirm(text=mrkdwn("x" * 301)))),
            "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
        ),
        (
            actions(button(confirm=confirm(confirm=plain("x" * 31)))),
            "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
        ),
        (actions(menu(101)), "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (actions(menu(11, "checkboxes")), "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (actions({"type": "rocket"}), "unsupported type: rocket [json-pointer:/blocks/0/elements/0/type]"),
        ({"type": "marquee", "text": "x"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
        ({"text": "x"}, "missing required field: type [json-pointer:/blocks/0]"),
        ({"type": ["section"]}, "missing required field: type [json-pointer:/blocks/0]"),
        ({"type": "image", "alt_text": "a"}, "missing required field: image_url [json-pointer:/blocks/0]"),
        (
            {"type": "input", "label": plain("x"), "element": {}},
            "unsupported type: input [json-pointer:/blocks/0/type]",
        ),
        (
            {"type": "markdown", "text": "x" * 12_001},
            "must be less than 12001 characters [json-pointer:/blocks/0/text]",
        ),
    ],
)
def test_what_slack_refuses_is_one_problem_at_its_place(block: Block, problem: str) -> None:
    assert problems([block]) == [problem]


def test_fifty_blocks_are_a_message_and_a_hundred_a_modal() -> None:
    divider = {"type": "divider"}
    assert (problems([divider] * 50), problems([divider] * 51)) == (
        [], ["no more than 50 items allowed [json-pointer:/blocks]"],
    )  # fmt: skip
    assert (problems([divider] * 100, modal=True), problems([divider] * 101, modal=True)) == (
        [], ["no more than 100 items allowed [json-pointer:/blocks]"],
    )  # fmt: skip


def test_two_blocks_of_one_name_are_refused() -> None:
    named = {"type": "divider", "block_id": "same"}
    assert problems([named, named]) == ["`block_id` 'same' already exists [json-pointer:/blocks/1/block_id]"]


def test_one_action_id_in_two_blocks_is_allowed() -> None:
    assert problems([actions(button()), actions(button())]) == []


def test_all_problems_are_found_at_once() -> None:
    found = problems([section(), {"type": "marquee"}, actions(button(style="loud"))])
    assert [problem.split("[")[1] for problem in found] == [
        "json-pointer:/blocks/0]",
        "json-pointer:/blocks/1/type]",
        "json-pointer:/blocks/2/elements/0/style]",
    ]


@pytest.mark.parametrize("blocks", [None, {"type": "section"}, "[]", 7])
def test_what_is_no_list_is_refused(blocks: object) -> None:
    assert problems(blocks) == ["must be an array [json-pointer:/blocks]"]


def test_no_blocks_are_no_problem() -> None:
    assert problems([]) == []


def test_texts_of_more_than_twelve_thousand_characters_together_are_too_long() -> None:
    assert not too_long([section(text=mrkdwn("x" * 3000))] * 4)
    assert too_long([*[section(text=mrkdwn("x" * 3000))] * 4, context(mrkdwn("x"))])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "accessory", "value"]), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_any_json_gets_sentences_and_never_an_error(value: object) -> None:
    assert all(problem.endswith("]") for problem in problems(json.loads(json.dumps([value, section(text=value)]))))
