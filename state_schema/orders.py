"""Orders to skills, and the other messages that a step sends."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter, model_validator

from state_schema.answers import Answer
from state_schema.ids import (
    CampaignId,
    Digest,
    EnvironmentName,
    MigrationId,
    Name,
    OrderKey,
    Person,
    StepPath,
    TrackName,
    Verb,
)
from state_schema.migration import Listed, Outputs
from state_schema.model import Model, Moment
from state_schema.signals import CheckpointRef, ReplyTo, SignalId
from state_schema.skills import Action


class Order(Model):
    """An instruction to one skill. Everything in it follows from the state, so the same work gives the same order."""

    key: OrderKey
    migration: MigrationId
    track: TrackName
    step: StepPath
    attempt: int = Field(ge=1)
    retries: int = Field(default=0, ge=0)
    """How many of the attempts before this one failed for a passing reason, in a row."""
    began: int | None = Field(default=None, ge=1)
    """As of the step."""
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

    @property
    def first_attempt(self) -> int:
        """The first of the attempts that it repeats: an act of theirs may have worked without an answer."""
        return self.attempt - self.retries if self.began is None else self.began


class CardMessage(Model):
    """One track's card may be out of date: the worker renders the fresh state, never this message."""

    kind: Literal["card"] = "card"
    migration: MigrationId
    track: TrackName


class NudgeMessage(Model):
    """People are to hear that a question is still open. The worker renders the fresh state, and drops this where it is not."""

    kind: Literal["nudge"] = "nudge"
    migration: MigrationId
    track: TrackName
    step: StepPath
    attempt: int = Field(ge=1)
    asked_at: Moment
    """When the question was asked, which tells it from others of the same attempt."""
    number: int = Field(ge=1)
    """Which reminder it is."""
    escalated: bool = False
    """It is no reminder: it goes to those whom the campaign names for when nobody answers."""


class DigestMessage(Model):
    """One wave's digest may be out of date: the worker renders the list as it is then, never this message."""

    kind: Literal["digest"] = "digest"
    campaign: CampaignId
    wave: int = Field(ge=1)
    migration: MigrationId
    version: int = Field(ge=1)
    """What changed it: a list that does not have this version yet is read again."""


class ReplyMessage(Model):
    """An answer to one person's act."""

    kind: Literal["reply"] = "reply"
    reply_to: ReplyTo
    answer: Answer

    @model_validator(mode="before")
    @classmethod
    def _of_a_bare_text(cls, given: object) -> object:
        """The release before sent a text: one that is still in a queue is answered all the same."""
        if isinstance(given, dict) and "text" in given:
            rest = {name: value for name, value in given.items() if name != "text"}
            return {"answer": {"status": "done", "message": given["text"]}, **rest}
        return given


class ModalMessage(Model):
    """A modal was opened for a click on a button: the worker shows in it what is asked, as it is then."""

    kind: Literal["modal"] = "modal"
    id: SignalId
    at: Moment
    migration: MigrationId
    actor: Person
    verb: Verb
    checkpoint: CheckpointRef
    reply_to: ReplyTo | None = None
    view_id: Annotated[str, Field(min_length=1, max_length=255)]
    hash: Annotated[str, Field(max_length=255)] = ""
    """Slack's word for the state that the modal was in."""
    metadata: Annotated[str, Field(max_length=3000)]
    """What its submission has to carry."""


CARDS: TypeAdapter[CardMessage | DigestMessage | ReplyMessage | NudgeMessage | ModalMessage] = TypeAdapter(
    Annotated[CardMessage | DigestMessage | ReplyMessage | NudgeMessage | ModalMessage, Field(discriminator="kind")]
)
