"""Answers to a form: read from text, checked as JSON Schema does, and refused with all that is wrong at once."""

import string
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.form_answers import Misfit, answered, checked
from shared.domain.form_rules import form_problems
from shared.domain.form_words import wanted
from state_schema.forms import Form, FormField
from tests.unit.forms import CAPACITY
from tests.unit.forms import form as the_form

FORM = Form.model_validate(CAPACITY)


def misfits(form: Form = FORM, **given: Any) -> dict[str, str]:
    found = answered(form, given)
    assert isinstance(found, tuple), found
    return {one.field: one.sentence for one in found}


def test_text_is_read_by_the_type_of_its_field_and_defaults_are_filled_in() -> None:
    given = {"reason": "Bigger", "workers": " 8 ", "ratio": "2.5", "keep_old": "YES"}

    assert answered(FORM, given) == {
        "workers": 8, "pool": "small", "ratio": 2.5, "keep_old": True, "reason": "Bigger"
    }  # fmt: skip
    assert list(answered(FORM, given)) == list(FORM.properties)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert misfits(workers="many", pol="large", keep_old="perhaps", ratio="0.1") == {
        "workers": "a whole number from 1 to 64 is wanted, and this is many",
        "pol": "there is no such field; did you mean pool?",
        "keep_old": "true or false is wanted, and this is perhaps",
        "ratio": "a number of 0.5 or more is wanted, and this is 0.1",
        "reason": "is missing: text of 3 to 200 characters that fits `^[A-Za-z]` is wanted",
    }


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ({"type": "boolean"}, "no", False),
        ({"type": "boolean"}, "TRUE", True),
        ({"type": "integer"}, "-7", -7),
        ({"type": "integer"}, 5.0, 5),
        ({"type": "number"}, "5", 5),
        ({"type": "number"}, "+0.25", 0.25),
        ({"type": "string"}, "8", "8"),
        ({"type": "string"}, "", ""),
        ({"type": "integer", "enum": [1, 2]}, "2", 2),
        ({"type": "string", "pattern": "b"}, "abc", "abc"),
    ],
)
def test_an_answer_is_kept_as_its_field_has_it(field: dict[str, Any], given: Any, read: Any) -> None:
    found = answered(the_form(x=field), {"x": given})

    assert found == {"x": read}
    assert isinstance(found, dict)
    assert type(found["x"]) is type(read)


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ({"type": "integer"}, "1.5", "a whole number is wanted, and this is 1.5"),
        ({"type": "integer"}, "", "a whole number is wanted, and this is empty"),
        ({"type": "integer"}, "\u0668", "a whole number is wanted, and this is \u0668"),
        ({"type": "integer"}, "9" * 20, f"a whole number is wanted, and this is {'9' * 20}"),
        ({"type": "integer"}, "9" * 400, f"a whole number is wanted, and this has 400 characters: {'9' * 40}…"),
        ({"type": "integer"}, True, "a whole number is wanted, and this is true"),
        ({"type": "number"}, float("nan"), "a number is wanted, and this is NaN"),
        ({"type": "number"}, float("inf"), "a number is wanted, and this is Infinity"),
        ({"type": "number"}, "nan", "a number is wanted, and this is nan"),
        ({"type": "boolean"}, 1, "true or false is wanted, and this is 1"),
        ({"type": "string"}, 8, "text is wanted, and this is 8"),
        ({"type": "string"}, None, "text is wanted, and this is nothing"),
        ({"type": "string"}, ["a"], "text is wanted, and this is a list or a mapping"),
        ({"type": "string"}, "a\nb", "text is wanted, and this is more than one line, or holds what cannot be seen"),
        ({"type": "string"}, "a" * 501, f"text is wanted, and this has 501 characters: {'a' * 40}…"),
        ({"type": "string", "maxLength": 2}, "abc", "text of at most 2 characters is wanted, and this is abc"),
        ({"type": "string", "minLength": 4}, "abc", "text of at least 4 characters is wanted, and this is abc"),
        ({"type": "string", "enum": ["a", "b"]}, "c", "one of a, b is wanted, and this is c"),
        ({"type": "integer", "maximum": 3}, "4", "a whole number of 3 or less is wanted, and this is 4"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(field: dict[str, Any], given: Any, said: str) -> None:
    assert misfits(the_form(x=field), x=given) == {"x": said}


def test_a_credential_is_refused_and_never_repeated() -> None:
    secret = "ghp_" + "a" * 36
    found = answered(the_form(x={"type": "string"}), {"x": secret, secret: "y", "z": [secret]})

    assert isinstance(found, tuple)
    assert found[0] == Misfit("x", "looks like a credential; store it in the secrets manager and refer to it by name")
    assert "ghp_" not in repr(found)


def test_answers_that_are_too_large_together_are_refused() -> None:
    fields = {name: {"type": "string"} for name in "abc"}

    assert misfits(the_form(**fields), a="x" * 400, b="y" * 400, c="z" * 400) == {
        "": "all answers together have 1,227 bytes, and 1,024 can be kept"
    }
    assert isinstance(answered(the_form(**fields), {"a": "ж" * 500}), dict)


def test_a_long_list_of_options_is_cut_short() -> None:
    field = FormField(type="integer", enum=tuple(range(100)))

    assert wanted(field) == "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 90 more"


TEXT = st.text(st.sampled_from(string.ascii_letters + string.digits + "-_ é"), max_size=8)
WHOLE = st.integers(-20, 20)
FRACTION = st.sampled_from([-2.5, -1.0, 0.0, 0.5, 1.0, 3.25, 7.0])
ANY = st.one_of(TEXT, WHOLE, FRACTION, st.booleans(), st.none(), st.lists(WHOLE, max_size=2))
PATTERNS = st.sampled_from(["^[a-z]*$", "[0-9]", "^.{2,4}$", "e|f", r"\s"])


def field_of(kind: str, given: st.SearchStrategy[Any], **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    options = {"enum": st.lists(given, min_size=1, max_size=4), "default": given, **keywords}
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=options)


FIELDS = st.one_of(
    field_of("string", TEXT, minLength=st.integers(0, 4), maxLength=st.integers(0, 9), pattern=PATTERNS),
    field_of("integer", st.one_of(WHOLE, FRACTION), minimum=WHOLE, maximum=st.one_of(WHOLE, FRACTION)),
    field_of("number", st.one_of(WHOLE, FRACTION), minimum=FRACTION, maximum=WHOLE),
    field_of("boolean", st.booleans()),
)


@st.composite
def asked_and_answered(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    properties = draw(st.dictionaries(st.sampled_from("abcd"), FIELDS, min_size=1, max_size=3))
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    values = {name: st.one_of(st.sampled_from(field.get("enum", [1])), ANY) for name, field in properties.items()}
    return schema, draw(st.fixed_dictionaries({}, optional={**values, "z": ANY}))


@given(asked_and_answered())
@settings(max_examples=300, deadline=None)
def test_we_agree_with_json_schema_about_every_answer(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    schema, given = case
    form = Form.model_validate(schema)
    defaults = {name: field["default"] for name, field in schema["properties"].items() if "default" in field}
    jsonschema.Draft202012Validator.check_schema(schema)
    theirs = jsonschema.Draft202012Validator(schema).is_valid({**defaults, **given})

    ours = checked(form, given)
    assert isinstance(ours, dict) == theirs, (schema, given, ours)


@given(asked_and_answered())
@settings(max_examples=100, deadline=None)
def test_a_form_without_problems_can_be_answered(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """What the rules let pass says of each default and option that it fits."""
    schema, _ = case
    form = Form.model_validate(schema)
    if list(form_problems(form, ())):
        return
    for name, field in form.properties.items():
        bare = Form.model_validate({"type": "object", "properties": {name: schema["properties"][name]}})
        for value in [*(field.enum or ()), *([] if field.default is None else [field.default])]:
            assert isinstance(checked(bare, {name: value}), dict)


def test_the_form_as_we_store_it_is_itself_a_json_schema() -> None:
    stored = FORM.model_dump(mode="json", by_alias=True, exclude_none=True)

    jsonschema.Draft202012Validator.check_schema(stored)
    assert stored == CAPACITY | {"additionalProperties": False}
