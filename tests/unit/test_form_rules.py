"""What is refused of a form when its plan is loaded: what nobody could answer, each with its field and a sentence."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.plan_rules import problems_of
from state_schema.forms import Form
from state_schema.plan import Plan
from tests.unit.forms import CAPACITY, asking

NO_TEMPLATE = "templates are not filled in here; ask with one in `ask` instead"
SLOW = (
    "this pattern could take very long on some texts: parts that repeat, one in or after the other, can take the same "
    "characters in many ways. Let what separates them differ, or count with {1,9}"
)
UNCLOSED = "this pattern is no regular expression: unterminated character set at position 0"
NOT_AMONG = "9 cannot be chosen: a whole number of 5 or less is wanted"
NOT_WHOLE = "minimum is 1.2, and maximum is 1.8: no whole number is between"
TOO_LONG = "this pattern needs 5 characters or more, and 4 are the most here"
TOO_SHORT = "this pattern allows 4 characters at most, and minLength is 5"
REVERSED = "minLength is 5, and maxLength is 4: nothing is between"
FORM = ("phases", 1, "steps", 0, "decision", "form")


def problems(plan: Plan) -> list[tuple[tuple[str | int, ...], str]]:
    """Those of the form by their place in it, others by their whole place."""
    return [(place[len(FORM) :] if place[: len(FORM)] == FORM else place, said) for place, said in problems_of(plan)]


def wrong(**properties: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return problems(asking({"type": "object", "properties": properties}))


def test_a_good_form_is_taken_and_its_fields_may_be_named_by_later_templates() -> None:
    plan = asking(workers="{outputs.size.choose.workers}", pool="{outputs.size.choose.pool}")

    assert problems(plan) == []
    stored = problems_of(Plan.model_validate_json(plan.model_dump_json(by_alias=True)))
    assert [place for place, _ in stored if place[: len(FORM)] == FORM] == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "{outputs.size.choose.worker}",
            "{outputs.size.choose.worker} names no answer of that decision; did you mean {outputs.size.choose.workers}?",
        ),
        (
            "{outputs.size.choose.zzz}",
            "{outputs.size.choose.zzz} names no answer of that decision; it has: workers, pool, ratio, keep_old, reason",
        ),
        (
            "{outputs.size.choose.ratio}",
            "{outputs.size.choose.ratio} may have no value: make the field required, or give it a default",
        ),
        (
            "{outputs.migrate.choose.items}",
            "{outputs.migrate.choose.items} names nothing here; known: ",
        ),
    ],
)
def test_a_template_that_names_no_sure_answer_is_refused(template: str, said: str) -> None:
    ((place, found),) = problems(asking(x=template))

    assert place == ("phases", 3, "steps", 0, "with", "inputs", "x")
    assert found.startswith(said)


def test_the_output_of_a_plain_choice_is_known_by_name_too() -> None:
    plan = asking().model_dump(mode="json", by_alias=True, exclude_unset=True)
    plan["phases"][1]["steps"][0]["decision"] = {"ask": "?", "choices": ["a", "b"], "as": "size"}
    plan["phases"][3]["steps"][0]["with"]["inputs"] = {
        "good": "{outputs.size.choose.size}",
        "bad": "{outputs.size.choose.as}",
    }

    assert problems(Plan.model_validate(plan)) == [(
        ("phases", 3, "steps", 0, "with", "inputs", "bad"),
        "{outputs.size.choose.as} names no answer of that decision; it has: size",
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "place", "said"),
    [
        ({"type": "integer", "enum": [1, "2"]}, ("enum", 1), "2 cannot be chosen: a whole number is wanted"),
        ({"type": "integer", "enum": [1, 9], "maximum": 5}, ("enum", 1), NOT_AMONG),
        ({"type": "string", "enum": ["a", "b", "a"]}, ("enum", 2), "a is listed twice; the second cannot be reached"),
        ({"type": "string", "enum": ["a", " "]}, ("enum", 1), "an empty option cannot be told from none; leave it out"),
        ({"type": "string", "enum": ["a" * 76]}, ("enum", 0), "this option has 76 characters, and Slack shows 75"),
        ({"type": "boolean", "default": "yes"}, ("default",), "the default yes does not fit: true or false is wanted"),
        ({"type": "string", "enum": ["a"], "default": "b"}, ("default",), "the default b does not fit: one of a is wanted"),
        ({"type": "string", "default": "{resource.id}"}, ("default",), NO_TEMPLATE),
        ({"type": "string", "title": "{resource.id}"}, ("title",), NO_TEMPLATE),
        ({"type": "integer", "minimum": 5, "maximum": 4}, ("minimum",), "minimum is 5, and maximum is 4: nothing is between"),
        ({"type": "string", "minLength": 5, "maxLength": 4}, ("minLength",), REVERSED),
        ({"type": "integer", "minimum": 1.2, "maximum": 1.8}, ("minimum",), NOT_WHOLE),
        ({"type": "string", "pattern": "^[a-z]{3}-[0-9]+$", "maxLength": 4}, ("pattern",), TOO_LONG),
        ({"type": "string", "pattern": "(abcd|efgh)i+", "maxLength": 4}, ("pattern",), TOO_LONG),
        ({"type": "string", "pattern": "^(abc|de)?f$", "minLength": 5}, ("pattern",), TOO_SHORT),
        ({"type": "string", "minimum": 5}, ("minimum",), "minimum says nothing about a string"),
        ({"type": "integer", "pattern": "a"}, ("pattern",), "pattern says nothing about an integer"),
        ({"type": "string", "pattern": "["}, ("pattern",), UNCLOSED),
        ({"type": "string", "pattern": "(a+)+$", "default": "x"}, ("pattern",), SLOW),
    ],
)  # fmt: skip
def test_a_field_that_nobody_could_answer_is_refused(field: dict[str, Any], place: tuple[Any, ...], said: str) -> None:
    assert wrong(x=field) == [(("properties", "x", *place), said)]


def test_a_form_that_asks_for_a_credential_is_refused() -> None:
    ((place, said),) = wrong(api_token={"type": "string", "title": "Paste your token"}, token_url={"type": "string"})

    assert place == ("properties", "api_token")
    assert said == "asks for a credential, and answers are kept for ever and shown to everybody"


def test_required_must_name_fields_each_once() -> None:
    form = CAPACITY | {"required": ["workers", "worker", "workers"]}

    assert problems(asking(form)) == [
        (("required", 1), "'worker' is no field of this form; fields: workers, pool, ratio, keep_old, reason"),
        (("required", 2), "'workers' is listed twice"),
    ]


def test_defaults_that_are_too_large_together_are_refused() -> None:
    fields = {name: {"type": "string", "default": "x" * 400} for name in "abc"}

    assert wrong(**fields) == [
        (("properties",), "the defaults alone have 1,227 bytes, and 1,024 can be kept of all answers")
    ]


def test_required_texts_that_are_too_long_together_are_refused() -> None:
    fields = {name: {"type": "string", "minLength": 340} for name in "abc"}
    form = {"type": "object", "properties": fields, "required": ["a", "b", "c"]}

    assert problems(asking(form)) == [
        (("required",), "even the shortest answers to these have 1,047 bytes, and 1,024 can be kept of all answers")
    ]
    assert problems(asking(form | {"required": ["a", "b"]})) == []


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer", "minimum": 1.2, "maximum": 2.8},
        {"type": "number", "minimum": 1.2, "maximum": 1.8},
        {"type": "string", "pattern": "^[a-z]{3}-[0-9]+$", "maxLength": 5},
        {"type": "string", "pattern": "^a|b$", "minLength": 500},
        {"type": "string", "pattern": "abc$", "minLength": 4},
        {"type": "string", "pattern": "^(abc|de)?f*$", "minLength": 400},
        {"type": "string", "pattern": "^$"},
        {"type": "string", "pattern": "^ab($)?", "minLength": 3},
    ],
)
def test_a_field_that_somebody_can_answer_is_fine(field: dict[str, Any]) -> None:
    assert wrong(x=field) == []


def test_many_belongs_to_choices() -> None:
    plan = asking().model_dump(mode="json", by_alias=True, exclude_unset=True)
    plan["phases"][1]["steps"][0]["decision"]["many"] = True

    assert problems(Plan.model_validate(plan)) == [
        ((*FORM[:-1], "many"), "`many` is for `choices`; a form takes one answer a field")
    ]


@pytest.mark.parametrize(
    "form",
    [
        {"type": "array"},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {f"f{number}": {"type": "string"} for number in range(11)}},
        {"type": "object", "properties": {"Name": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"type": "string", "format": "date"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "a" * 201}}},
        {"type": "object", "properties": {"a": {"type": "string", "maxLength": 501}}},
        {"type": "object", "properties": {"a": {"type": "number", "minimum": float("nan")}}},
        {"type": "object", "properties": {"a": {"type": "number", "minimum": True}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": []}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "object", "properties": {"a": {"type": "string"}}, "$ref": "#/x"},
    ],
)
def test_what_a_flat_modal_cannot_show_is_no_form(form: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Form.model_validate(form)
