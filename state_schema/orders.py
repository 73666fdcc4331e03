"""Orders to skills, and the other messages that a step sends."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter

from state_schema.ids import Digest, EnvironmentName, MigrationId, Name, OrderKey, StepPath, TrackName
from state_schema.migration import Listed, Outputs
from state_schema.model import Model
from state_schema.signals import ReplyTo
from state_schema.skills import Action


class Order(Model):
    """An instruction to one skill. Everything in it follows from the state, so the same work gives the same order."""

    key: OrderKey
    migration: MigrationId
    track: TrackName
    step: StepPath
    attempt: int = Field(ge=1)
    retries: int = Field(default=0, ge=0)
    """How many of the attempts before this one it repeats by itself: an act of theirs may have worked without an answer."""
    skill: Name
    action: Action
    rollback: bool = False
    """It takes back what the step did; the branch and the run of the step itself are not its own."""
    inputs: dict[str, JsonValue]
    environment: EnvironmentName | None
    items: Listed | None = None
    """Where the items that a person chose are listed; the frame loads them."""
    done: int = 0
    cursor: str = ""
    outputs: Outputs = Field(default_factory=dict)
    """What this step put out before (a pending run, say)."""
    digest: Digest


class CardMessage(Model):
    """One track's card may be out of date: the worker renders the fresh state, never this message."""

    kind: Literal["card"] = "card"
    migration: MigrationId
    track: TrackName


class ReplyMessage(Model):
    """An answer to one person's act."""

    kind: Literal["reply"] = "reply"
    reply_to: ReplyTo
    text: Annotated[str, Field(max_length=3000)]


CARDS: TypeAdapter[CardMessage | ReplyMessage] = TypeAdapter(
    Annotated[CardMessage | ReplyMessage, Field(discriminator="kind")]
)
