"""The normalised inputs to one migration, and the command that is resolved into one."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, TypeAdapter, model_validator

from state_schema.ids import Actor, Address, Digest, MigrationId, OrderKey, Person, StepPath, TrackName, Verb
from state_schema.migration import Seen
from state_schema.model import Model, Moment
from state_schema.moves import Move
from state_schema.reports import (
    LARGEST_CHOICES,
    Choices,
    Failed,
    Pending,
    Progressed,
    Report,
    Succeeded,
    size_of,
)
from state_schema.secrets import refuse_secrets

__all__ = [
    "LARGEST_CHOICES",
    "LARGEST_FORM",
    "SIGNALS",
    "Act",
    "Answers",
    "CheckpointRef",
    "Choices",
    "Command",
    "CommentRef",
    "Correlation",
    "Failed",
    "Observed",
    "Pending",
    "Progressed",
    "ReplyTo",
    "Report",
    "Reported",
    "Signal",
    "SignalId",
    "SignalMessage",
    "Succeeded",
    "Ticked",
    "actor_of",
    "size_of",
]

SignalId = Annotated[str, Field(min_length=1, max_length=200)]
Correlation = Annotated[str, Field(max_length=200)]
"""The id of the delivery or act that it all began with; empty: it begins with this. Given by who takes the message up, from
beside its body; in no body and in no store, so that a release that knows nothing of it reads the same messages."""


LARGEST_FORM = 16_384
"""Bytes of the answers to a form as they come in, about; what is kept of them is less (`forms.LARGEST_ANSWERS`)."""


def _fit_a_form(answers: dict[str, JsonValue]) -> dict[str, JsonValue]:
    size = len(str(answers).encode(errors="replace"))
    if size > LARGEST_FORM:
        message = f"the answers have {size:,} bytes, and {LARGEST_FORM:,} are the most: give less"
        raise ValueError(message)
    return answers


Answers = Annotated[
    dict[Annotated[str, Field(max_length=200)], JsonValue], Field(max_length=50), AfterValidator(_fit_a_form)
]
"""By field of a decision's form, as it was given: the form itself says later whether it fits."""


class CheckpointRef(Model):
    """Which question a button answers: step, attempt and digest of what was shown."""

    track: TrackName
    step: StepPath
    attempt: int = Field(ge=1)
    digest: Digest


class CommentRef(Model):
    """A comment on a pull request, by GitHub's ids."""

    repository_id: int = Field(ge=1)
    number: int = Field(ge=1)
    comment_id: int = Field(ge=1)


class ReplyTo(Model):
    """Where a person hears the answer to an act (Slack: five uses, thirty minutes; or below their comment)."""

    response_url: Annotated[str, Field(pattern=r"^https?://[^\s]{1,500}$")] | None = None
    channel: Annotated[str, Field(max_length=40)] | None = None
    user: Annotated[str, Field(max_length=40)] | None = None
    comment: CommentRef | None = None


class Act(Model):
    """A person's act on one migration: a click (with `checkpoint`) or a command (perhaps with `track`)."""

    kind: Literal["act"] = "act"
    id: SignalId
    at: Moment
    correlation: Correlation = Field(default="", exclude=True)
    migration: MigrationId
    actor: Person
    verb: Verb
    track: TrackName | None = None
    checkpoint: CheckpointRef | None = None
    choices: Choices | None = None
    """None: no list was given. For a decision that means all that are offered."""
    answers: Answers | None = None
    """Only for a decision with a form."""
    move: Move | None = None
    """Only with the verb `move`."""
    person: Person | None = None
    """Only with the verb `assign`: who is to take care of it; None is whoever says it."""
    note: Annotated[str, Field(max_length=3000)] = ""
    reply_to: ReplyTo | None = None


class Observed(Model):
    """A fresh look at an address: what was read, and when the read began."""

    kind: Literal["observed"] = "observed"
    id: SignalId
    at: Moment
    correlation: Correlation = Field(default="", exclude=True)
    migration: MigrationId
    address: Address
    read_at: Moment
    seen: Seen


class Reported(Model):
    """A skill's report on one order."""

    kind: Literal["reported"] = "reported"
    id: SignalId
    at: Moment
    correlation: Correlation = Field(default="", exclude=True)
    migration: MigrationId
    key: OrderKey
    skill: str
    report: Report

    @model_validator(mode="after")
    def _holds_no_secret(self) -> "Reported":
        refuse_secrets(vars(self.report))
        return self


class Ticked(Model):
    """A due time came, or a slot may be free: see what can go on."""

    kind: Literal["ticked"] = "ticked"
    id: SignalId
    at: Moment
    correlation: Correlation = Field(default="", exclude=True)
    migration: MigrationId


Signal = Annotated[Act | Observed | Reported | Ticked, Field(discriminator="kind")]


class Command(Model):
    """What a person typed, before it is known which migration it is for. `channel` tells the campaign, or `about` does."""

    kind: Literal["command"] = "command"
    id: SignalId
    at: Moment
    correlation: Correlation = Field(default="", exclude=True)
    actor: Person
    text: Annotated[str, Field(max_length=3000)]
    channel: Annotated[str, Field(max_length=40)] | None = None
    about: Address | None = None
    """The pull request that was commented on: its campaign is meant, and its resource where none is named."""
    written_at: Moment | None = None
    """When the comment was written, as GitHub says it: a delivery may come days later."""
    cut_off: int = Field(default=0, ge=0)
    """Characters that did not fit into `text`: it is refused then, since part of a command is another command."""
    nonce: Annotated[str, Field(max_length=64)] = ""
    """Something that nobody can guess, where a command wants chance. Given by who takes it up; on no queue, in no store."""
    reply_to: ReplyTo | None = None


SignalMessage = Annotated[Act | Observed | Reported | Ticked | Command, Field(discriminator="kind")]
"""What the signals queue carries."""

SIGNALS: TypeAdapter[Act | Observed | Reported | Ticked | Command] = TypeAdapter(SignalMessage)


def actor_of(signal: Act | Observed | Reported | Ticked) -> Actor:
    """Who caused the events that this signal leads to."""
    match signal:
        case Act():
            return signal.actor
        case Reported():
            return f"skill:{signal.skill}"
        case Observed():
            return "observer"
        case Ticked():
            return "timer"
