"""What a skill reports on one order, and the list that some of them report."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from state_schema.ids import Address
from state_schema.migration import Category, Outputs
from state_schema.model import Model, Moment

LARGEST_CHOICES = 180_000
"""Bytes. A message takes 256 KiB (SQS), an event item 400 KB (DynamoDB), and what carries the list needs room too."""


def size_of(choices: tuple[str, ...]) -> int:
    """Bytes of the list as JSON, about."""
    return sum(len(choice.encode()) + 4 for choice in choices)


def _fit_a_message(choices: tuple[str, ...]) -> tuple[str, ...]:
    size = size_of(choices)
    if size > LARGEST_CHOICES:
        message = f"the list has {size:,} bytes, and {LARGEST_CHOICES:,} fit into a message: migrate in parts"
        raise ValueError(message)
    return choices


Choices = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
    Field(max_length=5000),
    AfterValidator(_fit_a_message),
]
"""Ids of items, as a skill lists them and a person chooses them."""


class Succeeded(Model):
    """The skill is done. `choices` only from a skill that lists; too long for `outputs`."""

    kind: Literal["succeeded"] = "succeeded"
    outputs: Outputs = Field(default_factory=dict, max_length=20)
    choices: Choices | None = None


class Pending(Model):
    """Machines are at work elsewhere: look at `watches`. The slot stays held."""

    kind: Literal["pending"] = "pending"
    watches: tuple[Address, ...] = Field(min_length=1, max_length=10)
    outputs: Outputs = Field(default_factory=dict, max_length=20)


class Progressed(Model):
    """A part is done; the same attempt goes on at `cursor` with its next order."""

    kind: Literal["progressed"] = "progressed"
    done: int = Field(ge=0)
    total: int = Field(ge=0)
    cursor: Annotated[str, Field(max_length=200)]


class Failed(Model):
    """The skill could not: the category says who goes on, the reason is one sentence for people."""

    kind: Literal["failed"] = "failed"
    category: Category
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")] = "failed"
    retry_at: Moment | None = None


Report = Annotated[Succeeded | Pending | Progressed | Failed, Field(discriminator="kind")]
