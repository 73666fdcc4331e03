"""Checks what a person answered against the form of a decision: every problem at once, with what would be right."""

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from pydantic import JsonValue

from shared.domain.form_words import wanted, written
from state_schema.forms import LARGEST_ANSWERS, LARGEST_NUMBER, LONGEST_TEXT, Form, FormField, Scalar
from state_schema.secrets import CREDENTIAL, secret_fields

_TRUTHS: Final = {"true": True, "yes": True, "false": False, "no": False}
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Line breaks, control characters, and halves of surrogate pairs, which no UTF-8 can hold."""
_SHOWN: Final = 40

Answers = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong with one answer, as one sentence without a full stop; `field` is empty where it is all of them."""

    field: str
    sentence: str


def answered(form: Form, given: Mapping[str, JsonValue]) -> Answers | tuple[Misfit, ...]:
    """The answers in the form's order, read from text where they are text, with defaults; else all that is wrong."""
    return checked(form, {name: _read(form.properties.get(name), value) for name, value in given.items()})


def checked(form: Form, given: Mapping[str, JsonValue]) -> Answers | tuple[Misfit, ...]:
    """The same for values that have their types already: what JSON Schema accepts of one line, and no credentials.

    Stricter than JSON Schema in what can be stored: at most 500 characters a text, 1 KB in all, numbers within 2**53.
    """
    defaults = {name: field.default for name, field in form.properties.items() if field.default is not None}
    whole: Answers = {**defaults, **given}
    found = tuple(_misfits(form, whole))
    if found:
        return found
    return {name: _plain(field, whole[name]) for name, field in form.properties.items() if name in whole}


def fits(field: FormField, value: JsonValue) -> bool:
    """Whether the value is an answer to this field."""
    if not _is_of_type(field, value) or (field.enum is not None and not _is_among(value, field.enum)):
        return False
    match value:
        case bool():
            return True
        case int() | float():
            return (field.minimum is None or value >= field.minimum) and (
                field.maximum is None or value <= field.maximum
            )
        case str():
            return (
                (field.min_length or 0)
                <= len(value)
                <= (LONGEST_TEXT if field.max_length is None else field.max_length)
                and _UNSEEN.search(value) is None
                and (field.pattern is None or re.search(field.pattern, value) is not None)
            )
        case _:
            return False


def size_of(answers: Mapping[str, JsonValue]) -> int:
    """Bytes of the answers as the state holds them."""
    return len(json.dumps(answers, ensure_ascii=False).encode(errors="replace"))


def _misfits(form: Form, given: Answers) -> Iterator[Misfit]:
    for name, value in given.items():
        if name not in form.properties:
            yield _unknown(form, name)
        elif next(secret_fields({name: value}), None) is not None:
            yield Misfit(name, CREDENTIAL)
        elif not fits(form.properties[name], value):
            yield Misfit(name, f"{wanted(form.properties[name])} is wanted, and {_named(value)}")
    for name in dict.fromkeys(form.required):
        if name not in given and name in form.properties:
            yield Misfit(name, f"is missing: {wanted(form.properties[name])} is wanted")
    if size_of(given) > LARGEST_ANSWERS:
        yield Misfit("", f"all answers together have {size_of(given):,} bytes, and {LARGEST_ANSWERS:,} can be kept")


def _unknown(form: Form, name: str) -> Misfit:
    if next(secret_fields(name), None) is not None:
        return Misfit("", f"a name of a field {CREDENTIAL}")
    close = difflib.get_close_matches(name[:60].lower(), form.properties, n=1)
    meant = f"did you mean {close[0]}?" if close else f"fields: {', '.join(form.properties)}"
    return Misfit(name[:60], f"there is no such field; {meant}")


def _read(field: FormField | None, value: JsonValue) -> JsonValue:
    """A text as the field's type has it; as it is where it is none, so that the check says what is wanted."""
    if field is None or not isinstance(value, str):
        return value
    text = value.strip()
    match field.type:
        case "boolean":
            return _TRUTHS.get(text.lower(), value)
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "number" if _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        case _:
            return value


def _is_of_type(field: FormField, value: JsonValue) -> bool:
    match field.type:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int | float) and _is_number(value) and value == math.floor(value)
        case "number":
            return isinstance(value, int | float) and _is_number(value)
        case _:
            assert_never(field.type)


def _is_number(value: float) -> bool:
    """No truth, and neither NaN nor infinite."""
    return not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _is_among(value: JsonValue, allowed: tuple[Scalar, ...]) -> bool:
    """As JSON compares: 1 is 1.0, and neither is true."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _plain(field: FormField, value: JsonValue) -> JsonValue:
    """A whole number without a fraction: 5.0 is 5."""
    return int(value) if field.type == "integer" and isinstance(value, float) else value


def _named(value: JsonValue) -> str:
    match value:
        case "":
            return "this is empty"
        case str() if _UNSEEN.search(value):
            return "this is more than one line, or holds what cannot be seen"
        case str() if len(value) > _SHOWN:
            return f"this has {len(value)} characters: {value[:_SHOWN]}…"
        case str() | bool() | int() | float():
            return f"this is {written(value)[:_SHOWN]}"
        case None:
            return "this is nothing"
        case _:
            return "this is a list or a mapping"
