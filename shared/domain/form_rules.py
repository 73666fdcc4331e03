"""What is wrong with the form of a decision: what could never be answered, and what a person would not understand."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Final

from shared.domain.form_answers import fits, size_of
from shared.domain.form_words import wanted, written
from shared.domain.patterns import lengths_of, pattern_problem
from shared.domain.template_rules import Place, Problem
from state_schema.forms import LARGEST_ANSWERS, LONGEST_TEXT, FieldType, Form, FormField, Scalar
from state_schema.grammar import placeholders
from state_schema.secrets import names_credential

_BELONGS: Final[dict[str, frozenset[FieldType]]] = {
    "minLength": frozenset({"string"}),
    "maxLength": frozenset({"string"}),
    "pattern": frozenset({"string"}),
    "minimum": frozenset({"integer", "number"}),
    "maximum": frozenset({"integer", "number"}),
}
_ATTRIBUTES: Final = {"minLength": "min_length", "maxLength": "max_length"}
_LONGEST_OPTION: Final = 75
"""Characters that Slack shows of an option."""


def form_problems(form: Form, place: Place) -> Iterator[Problem]:
    """Everything that is wrong with this form beyond its shape."""
    counted = Counter(form.required)
    for number, name in enumerate(form.required):
        if name not in form.properties:
            allowed = ", ".join(form.properties)
            yield (*place, "required", number), f"{name!r} is no field of this form; fields: {allowed}"
        elif counted[name] > 1 and form.required.index(name) < number:
            yield (*place, "required", number), f"{name!r} is listed twice"
    for name, field in form.properties.items():
        if names_credential(name):
            yield (
                (*place, "properties", name),
                "asks for a credential, and answers are kept for ever and shown to everybody",
            )
        yield from _field(field, (*place, "properties", name))
    defaults = {name: field.default for name, field in form.properties.items() if field.default is not None}
    if (size := size_of(defaults)) > LARGEST_ANSWERS:
        yield (
            (*place, "properties"),
            f"the defaults alone have {size:,} bytes, and {LARGEST_ANSWERS:,} can be kept of all answers",
        )
    shortest = {name: _shortest(form.properties[name]) for name in form.required if name in form.properties}
    if (size := size_of(shortest)) > LARGEST_ANSWERS:
        text = f"even the shortest answers to these have {size:,} bytes, and {LARGEST_ANSWERS:,} can be kept of all answers"
        yield (*place, "required"), text


def _field(field: FormField, place: Place) -> Iterator[Problem]:
    misplaced = [name for name in _BELONGS if _given(field, name) is not None and field.type not in _BELONGS[name]]
    for name in misplaced:
        yield (*place, name), f"{name} says nothing about {'an' if field.type == 'integer' else 'a'} {field.type}"
    broken = pattern_problem(field.pattern) if field.pattern is not None and "pattern" not in misplaced else None
    if broken:
        yield (*place, "pattern"), f"this pattern {broken}"
    yield from _bounds(field, place)
    if field.pattern is not None and not misplaced and not broken:
        yield from _found_in_no_text(field, field.pattern, (*place, "pattern"))
    sound = field.model_copy(update={"pattern": None} if broken else {})
    yield from _options(sound, place)
    if field.default is not None and not fits(sound, field.default):
        yield (*place, "default"), f"the default {written(field.default)} does not fit: {wanted(sound)} is wanted"
    yield from _templates(field, place)


def _bounds(field: FormField, place: Place) -> Iterator[Problem]:
    for least, most in (("minLength", "maxLength"), ("minimum", "maximum")):
        low, high = _given(field, least), _given(field, most)
        if low is None or high is None:
            continue
        if low > high:
            yield (*place, least), f"{least} is {written(low)}, and {most} is {written(high)}: nothing is between"
        elif field.type == "integer" and math.ceil(low) > math.floor(high):
            text = f"{least} is {written(low)}, and {most} is {written(high)}: no whole number is between"
            yield (*place, least), text


def _found_in_no_text(field: FormField, pattern: str, place: Place) -> Iterator[Problem]:
    """Where lengths alone tell that; there are patterns that no text has for other reasons."""
    needs, allows = lengths_of(pattern)
    low, high = field.min_length or 0, LONGEST_TEXT if field.max_length is None else field.max_length
    if needs > high:
        yield place, f"this pattern needs {needs:,.0f} characters or more, and {high:,} are the most here"
    elif allows < low:
        yield place, f"this pattern allows {allows:,.0f} characters at most, and minLength is {low:,}"


def _shortest(field: FormField) -> Scalar:
    """A value as short as an answer can be at least; it need not be one."""
    if field.enum is not None:
        return min(field.enum, key=lambda option: size_of({"": option}))
    return "x" * (field.min_length or 0) if field.type == "string" else 0


def _given(field: FormField, name: str) -> float | None:
    found: float | None = getattr(field, _ATTRIBUTES.get(name, name))
    return found


def _options(field: FormField, place: Place) -> Iterator[Problem]:
    bare = field.model_copy(update={"enum": None})
    seen: list[str] = []
    for number, option in enumerate(field.enum or ()):
        at, shown = (*place, "enum", number), written(option)
        if not fits(bare, option):
            yield at, f"{shown} cannot be chosen: {wanted(bare)} is wanted"
        elif not shown.strip():
            yield at, "an empty option cannot be told from none; leave it out"
        elif shown in seen:
            yield at, f"{shown} is listed twice; the second cannot be reached"
        elif len(shown) > _LONGEST_OPTION:
            yield at, f"this option has {len(shown)} characters, and Slack shows {_LONGEST_OPTION}"
        seen.append(shown)


def _templates(field: FormField, place: Place) -> Iterator[Problem]:
    """A form is shown as it stands."""
    texts = [("title", field.title), ("description", field.description), ("default", field.default)]
    for name, text in texts:
        if isinstance(text, str) and _is_template(text):
            yield (*place, name), "templates are not filled in here; ask with one in `ask` instead"


def _is_template(text: str) -> bool:
    try:
        return bool(placeholders(text))
    except ValueError:
        return False
