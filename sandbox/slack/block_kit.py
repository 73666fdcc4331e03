"""Finds what Slack would refuse in a message's blocks, because slack_sdk sends anything and only Slack says no.

Limits: https://docs.slack.dev/reference/block-kit. The sentences are made like those of Slack's `response_metadata`.
"""

import json
from collections.abc import Sequence
from typing import Final

from sandbox.slack.shapes import Check, Field, array, boolean, by_type, one_of, string, structure, whole

MESSAGE_BLOCKS: Final = 50
MODAL_BLOCKS: Final = 100
CUMULATIVE_TEXT: Final = 12_000
"""Slack answers `msg_blocks_too_long` somewhere above this, and says no more (slackapi/bolt-js#2509)."""


def _plain(longest: int) -> Check:
    return by_type({"plain_text": structure({"text": Field(string(longest), required=True), "emoji": Field(boolean)})})


def _text(longest: int) -> Check:
    marked = structure({"text": Field(string(longest), required=True), "verbatim": Field(boolean)})
    return by_type({"plain_text": _plain(longest), "mrkdwn": marked})


_CONFIRM: Final = structure(
    {
        "title": Field(_plain(100), required=True),
        "text": Field(_text(300), required=True),
        "confirm": Field(_plain(30), required=True),
        "deny": Field(_plain(30), required=True),
        "style": Field(one_of("primary", "danger")),
    }
)
_OPTION: Final = structure(
    {
        "text": Field(_text(75), required=True),
        "value": Field(string(150), required=True),
        "description": Field(_text(75)),
        "url": Field(string(3000)),
    }
)
_INTERACTIVE: Final = {"action_id": Field(string(255)), "confirm": Field(_CONFIRM)}


_OPTION_GROUP: Final = structure(
    {"label": Field(_plain(75), required=True), "options": Field(array(_OPTION, 100), required=True)}
)


def _choice(options: int, *initial: str, menu: bool) -> Check:
    fields = _INTERACTIVE | {"options": Field(array(_OPTION, options), required=not menu)}
    fields |= {name: Field(array(_OPTION, options) if name.endswith("s") else _OPTION) for name in initial}
    fields |= {"placeholder": Field(_plain(150)), "option_groups": Field(array(_OPTION_GROUP, 100))} if menu else {}
    either = ("option_groups", "options") if menu else ()
    return structure(fields | {"focus_on_load": Field(boolean)}, either=either)


_IMAGE: Final = {"image_url": Field(string(3000), required=True), "alt_text": Field(string(2000), required=True)}
_BUTTON: Final = structure(
    _INTERACTIVE
    | {
        "text": Field(_plain(75), required=True),
        "value": Field(string(2000, shortest=0)),
        "url": Field(string(3000)),
        "style": Field(one_of("primary", "danger")),
        "accessibility_label": Field(string(75)),
    }
)
_ACTION_ELEMENTS: Final = {
    "button": _BUTTON,
    "checkboxes": _choice(10, "initial_options", menu=False),
    "radio_buttons": _choice(10, "initial_option", menu=False),
    "static_select": _choice(100, "initial_option", menu=True),
    "multi_static_select": _choice(100, "initial_options", menu=True),
    "overflow": structure(_INTERACTIVE | {"options": Field(array(_OPTION, 5), required=True)}),
}
_TEXT_INPUT: Final = structure(
    {
        "action_id": Field(string(255)),
        "placeholder": Field(_plain(150)),
        "initial_value": Field(string(3000, shortest=0)),
        "multiline": Field(boolean),
        "min_length": Field(whole(0, 3000)),
        "max_length": Field(whole(1, 3000)),
        "focus_on_load": Field(boolean),
    }
)
_NUMBER_INPUT: Final = structure(
    {
        "action_id": Field(string(255)),
        "is_decimal_allowed": Field(boolean, required=True),
        "initial_value": Field(string(3000)),
        "min_value": Field(string(3000)),
        "max_value": Field(string(3000)),
        "placeholder": Field(_plain(150)),
        "focus_on_load": Field(boolean),
    }
)
_INPUTS: Final = {"plain_text_input": _TEXT_INPUT, "number_input": _NUMBER_INPUT}
_CONTEXT_ELEMENTS: Final = {
    "image": structure(_IMAGE),
    "plain_text": _text(3000),
    "mrkdwn": _text(3000),
}
_BLOCK_ID: Final = {"block_id": Field(string(255))}
_IN_MESSAGES: Final[dict[str, Check]] = {
    "section": structure(
        _BLOCK_ID
        | {
            "text": Field(_text(3000)),
            "fields": Field(array(_text(2000), 10)),
            "accessory": Field(by_type(_ACTION_ELEMENTS | {"image": structure(_IMAGE)})),
            "expand": Field(boolean),
        },
        either=("fields", "text"),
    ),
    "divider": structure(_BLOCK_ID),
    "header": structure(_BLOCK_ID | {"text": Field(_plain(150), required=True)}),
    "context": structure(_BLOCK_ID | {"elements": Field(array(by_type(_CONTEXT_ELEMENTS), 10), required=True)}),
    "actions": structure(
        _BLOCK_ID | {"elements": Field(array(by_type(_ACTION_ELEMENTS), 25, unique="action_id"), required=True)}
    ),
    "image": structure(_BLOCK_ID | _IMAGE | {"title": Field(_plain(2000))}),
    "markdown": structure(_BLOCK_ID | {"text": Field(string(CUMULATIVE_TEXT), required=True)}),
}
_IN_MODALS: Final = _IN_MESSAGES | {
    "input": structure(
        _BLOCK_ID
        | {
            "label": Field(_plain(2000), required=True),
            "element": Field(by_type(_ACTION_ELEMENTS | _INPUTS), required=True),
            "hint": Field(_plain(2000)),
            "optional": Field(boolean),
            "dispatch_action": Field(boolean),
        }
    )
}


def problems(blocks: object, *, modal: bool = False) -> list[str]:
    """What Slack would answer to these blocks: sentences that end in `[json-pointer:/blocks/…]`, or nothing.

    Stricter than Slack in one thing: block and element types that we never send are refused as `unsupported type`.
    """
    kinds, most = (_IN_MODALS, MODAL_BLOCKS) if modal else (_IN_MESSAGES, MESSAGE_BLOCKS)
    check = array(by_type(kinds), most, unique="block_id")
    found = [] if _is_empty(blocks) else list(check(blocks, "/blocks"))
    return [f"{sentence} [json-pointer:{pointer}]" for sentence, pointer in found]


def too_long(blocks: object) -> bool:
    """Whether all texts together are more than Slack takes in one message (`msg_blocks_too_long`)."""
    return _text_length(json.loads(json.dumps(blocks))) > CUMULATIVE_TEXT


def _is_empty(blocks: object) -> bool:
    return isinstance(blocks, Sequence) and not isinstance(blocks, str) and not blocks


def _text_length(node: object) -> int:
    if isinstance(node, list):
        return sum(_text_length(entry) for entry in node)
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_text_length(entry) for entry in node.values())
    return 0
