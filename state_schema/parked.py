"""What was parked: a dead letter that must not be lost, kept until a person redrives or discards it."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from state_schema.ids import CampaignId, Digest
from state_schema.model import SCHEMA_VERSION, Model, Moment
from state_schema.signals import Act, Command

LARGEST_RAW: Final = 256 * 1024
"""Bytes of UTF-8: what a queue takes, and what still fits into one item of the store."""


class Parked(Model):
    """A person's act or command, or (`raw`) a body that nobody can read.

    `campaign` is None where it is not known which one it is for. `queue` is the dead-letter queue that it came from.
    """

    schema_version: int = SCHEMA_VERSION
    id: Digest
    """Follows from queue and body: the same letter parked twice is one item."""
    at: Moment
    """When the person acted; of a raw body, when it was sent."""
    campaign: CampaignId | None = None
    queue: Annotated[str, Field(min_length=1, max_length=100)]
    act: Annotated[Act | Command, Field(discriminator="kind")] | None = None
    raw: str | None = None
    """Withheld as a whole where it holds something like a credential."""
    size: int = Field(ge=0)
    """Bytes of the body as it came; more than `raw` has where that was cut."""

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.act is None) == (self.raw is None):
            message = "a parked item holds an act or a raw body, one of the two"
            raise ValueError(message)
        if self.raw is not None and len(self.raw.encode()) > LARGEST_RAW:
            message = f"a raw body of more than {LARGEST_RAW:,} bytes is cut before it is parked"
            raise ValueError(message)
        return self
