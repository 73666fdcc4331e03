"""The parts of a modal that people fill in: a reason, choices, and the fields of a form, as Slack's input elements.

The block ids are what `shared.webhooks.modal_values` reads. Limits: Slack's reference, "Block elements" and "Views".
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from shared.domain.form_words import wanted, written
from shared.messages.blocks import LABEL, Block, plain_text
from shared.messages.escaping import one_line
from shared.messages.form_fields import without
from state_schema.forms import LONGEST_TEXT, Form, FormField

_VALUE: Final = 150
"""Characters of an option's value."""
_RADIOS: Final = 10
_A_LIST: Final = 100
"""Options of a menu, and of each group in it; and groups."""
_ROOM: Final = 200_000
"""Bytes for all options; Slack takes 250 KB a view."""
_REASON: Final = 3000
_HINT: Final = 600
_SPAN: Final = 36
"""Characters of the first and the last item in the name of a group."""


def reason_input() -> Block:
    """Why: a text that nobody gets by without."""
    element = {"type": "plain_text_input", "action_id": "given", "multiline": True, "max_length": _REASON}
    return _input("reason", "Why?", element, "It stays in the history, where everybody can read it.")


def fitting(items: Sequence[str]) -> tuple[str, ...]:
    """The items that a modal can show, in their order: not those with long ids, and no more than Slack takes."""
    fit: list[str] = []
    room = _ROOM
    for item in items:
        room -= len(json.dumps(_option(item))) + 2
        if room < 0 or len(fit) == _A_LIST * _A_LIST:
            break
        if item and _width(item) <= _VALUE:
            fit.append(item)
    return tuple(fit)


def many_input(items: Sequence[str]) -> Block:
    """Any of the items, at least one."""
    return _input("choices", "Which ones?", {"type": "multi_static_select", "action_id": "given", **_menu(items)})


def one_input(items: Sequence[str]) -> Block:
    """Exactly one of the items."""
    if len(items) <= _RADIOS:
        element: Block = {"type": "radio_buttons", "action_id": "given", "options": [_option(one) for one in items]}
        return _input("choices", "Which one?", element)
    return _input("choices", "Which one?", {"type": "static_select", "action_id": "given", **_menu(items)})


def field_inputs(form: Form) -> Iterator[Block]:
    """One input a field, with its default filled in."""
    for name, field in form.properties.items():
        fits = wanted(field)
        described = f"{field.description.rstrip('.')}. " if field.description else ""
        hint = f"{described}{fits[0].upper()}{fits[1:]}; {without(form, name)}."
        optional = name not in form.required or field.default is not None
        yield _input(f"field:{name}", field.title or name, _element(field), hint, optional=optional)


def _element(field: FormField) -> Block:
    allowed = tuple(map(written, field.enum)) if field.enum is not None else ()
    if allowed and all(0 < _width(one) <= _VALUE for one in allowed):
        return _with_default(field, {"type": "static_select", "options": [_option(one) for one in allowed]})
    match field.type:
        case "boolean":
            return _with_default(
                field, {"type": "radio_buttons", "options": [_option("true", "Yes"), _option("false", "No")]}
            )
        case "integer" | "number":
            bounds = {"min_value": field.minimum, "max_value": field.maximum}
            given = {name: written(bound) for name, bound in bounds.items() if bound is not None}
            decimals = field.type == "number"
            return _with_default(field, {"type": "number_input", "is_decimal_allowed": decimals, **given})
        case "string":
            longest = LONGEST_TEXT if field.max_length is None else max(field.max_length, 1)
            least = {"min_length": field.min_length} if field.min_length else {}
            return _with_default(field, {"type": "plain_text_input", **least, "max_length": longest})
        case _:
            assert_never(field.type)


def _with_default(field: FormField, element: Block) -> Block:
    element = {"action_id": "given", **element}
    if field.default is None:
        return element
    text = written(field.default)
    if "options" not in element:
        return element | {"initial_value": text}
    initial = next((option for option in element["options"] if option["value"] == text), None)
    return element | ({"initial_option": initial} if initial else {})


def _menu(items: Sequence[str]) -> Block:
    if len(items) <= _A_LIST:
        return {"options": [_option(item) for item in items]}
    groups = [items[start : start + _A_LIST] for start in range(0, len(items), _A_LIST)]
    return {"option_groups": [_group(group) for group in groups]}


def _group(items: Sequence[str]) -> Block:
    label = f"{one_line(items[0], _SPAN)} … {one_line(items[-1], _SPAN)}"
    return {"label": _plain(label), "options": [_option(item) for item in items]}


def _option(value: str, text: str = "") -> Block:
    return {"text": _plain(one_line(text or value, LABEL) or "?"), "value": value}


def _plain(text: str) -> Block:
    """As it is: an id with colons is no emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _width(text: str) -> int:
    """In UTF-16 units, the strictest reading of a limit."""
    return len(text.encode("utf-16-le")) // 2


def _input(block: str, label: str, element: Block, hint: str = "", *, optional: bool = False) -> Block:
    shown: Block = {"type": "input", "block_id": block, "label": plain_text(label, 150), "element": element}
    if hint:
        shown["hint"] = plain_text(hint, _HINT)
    return shown | ({"optional": True} if optional else {})
