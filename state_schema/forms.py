"""The form of a decision: the part of JSON Schema 2020-12 that one flat Slack modal can show."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from state_schema.model import Model

LONGEST_TEXT: Final = 500
"""Characters of one answer."""
LARGEST_ANSWERS: Final = 1024
"""Bytes of all answers of a form as JSON: they become the step's outputs, which the state carries from then on."""
LARGEST_NUMBER: Final = 2**53 - 1
"""What every reader of JSON keeps exactly (RFC 8259, section 6)."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FieldType = Literal["string", "integer", "number", "boolean"]
Fraction = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True, max_length=LONGEST_TEXT)]
Scalar = Truth | Whole | Fraction | Text
"""One answer. A number stays of the kind it was written in: `True` is no 1."""
Length = Annotated[int, Field(strict=True, ge=0, le=LONGEST_TEXT)]


class FormField(Model):
    """One question. `pattern` is searched for, as JSON Schema says: anchor it with `^` and `$` to match the whole text.

    `description` says below the field what is wanted; `title` stands above it, else its name does.
    """

    type: FieldType
    title: Annotated[str, Field(min_length=1, max_length=75)] | None = None
    description: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    enum: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=100)] | None = None
    min_length: Length | None = Field(default=None, alias="minLength")
    max_length: Length | None = Field(default=None, alias="maxLength")
    pattern: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    minimum: Whole | Fraction | None = None
    maximum: Whole | Fraction | None = None
    default: Scalar | None = None


class Form(Model):
    """The fields in the order in which they are asked. What is not `required` and has no `default` may stay empty."""

    type: Literal["object"]
    properties: dict[FieldName, FormField] = Field(min_length=1, max_length=10)
    required: tuple[FieldName, ...] = ()
    additional_properties: Literal[False] = Field(default=False, alias="additionalProperties")

    @property
    def always_given(self) -> frozenset[str]:
        """The fields that every answered form has a value for."""
        defaults = (name for name, field in self.properties.items() if field.default is not None)
        return frozenset(self.required).union(defaults)
