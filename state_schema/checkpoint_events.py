"""Events about what people are asked: what is offered, the question, its reminders, the answer."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.at_step import AtStep
from state_schema.ids import Actor, Address, Digest, Person, Verb
from state_schema.migration import Checkpoint, CheckpointReason, Outputs
from state_schema.model import Moment
from state_schema.reminders import EscalationTarget


class ChoicesOffered(AtStep):
    """What a person may choose among; the state keeps only this event's number."""

    kind: Literal["choices_offered"] = "choices_offered"
    choices: tuple[str, ...]


class CheckpointOpened(AtStep):
    """A person is asked."""

    kind: Literal["checkpoint_opened"] = "checkpoint_opened"
    checkpoint: Checkpoint
    watches: tuple[Address, ...] = ()


class CheckpointReminded(AtStep):
    """Nobody has answered yet; people are reminded, and again at `remind_at`."""

    kind: Literal["checkpoint_reminded"] = "checkpoint_reminded"
    remind_at: Moment


class CheckpointEscalated(AtStep):
    """Nobody has answered for long: others hear of it, which reminds people too; they are reminded again at `remind_at`."""

    kind: Literal["checkpoint_escalated"] = "checkpoint_escalated"
    to: tuple[EscalationTarget, ...]
    remind_at: Moment


class RemindersMoved(AtStep):
    """The times at which people will hear of it are others now: the rule changed, or the hours were missed."""

    kind: Literal["reminders_moved"] = "reminders_moved"
    remind_at: Moment | None = None
    escalate_at: Moment | None = None


class CheckpointOverdue(AtStep):
    """Nobody has answered in time. It stays open and answers nothing."""

    kind: Literal["checkpoint_overdue"] = "checkpoint_overdue"


class CheckpointAssigned(AtStep):
    """Somebody takes care of the question, or was asked to. Who may answer it stays the same."""

    kind: Literal["checkpoint_assigned"] = "checkpoint_assigned"
    to: Person
    shown: Digest | None = None
    """The digest of the question."""


class ApprovalGiven(AtStep):
    """One of several people who have to approve did so; `digest` is that of what was shown."""

    kind: Literal["approval_given"] = "approval_given"
    verb: Verb
    digest: Digest
    note: str = ""


class ApprovalVoided(AtStep):
    """What these people approved is no longer what would be done, or they may approve no longer: it is asked anew."""

    kind: Literal["approval_voided"] = "approval_voided"
    actors: tuple[Actor, ...]
    reason: Annotated[str, Field(max_length=300)]


class CheckpointDecided(AtStep):
    """A person answered, with what was shown to them. An approval of a merge leaves the question open: the merge ends it."""

    kind: Literal["checkpoint_decided"] = "checkpoint_decided"
    reason: CheckpointReason
    verb: Verb
    digest: Digest
    choices: tuple[str, ...] | None = None
    answers: Outputs | None = None
    """Of a form, by field."""
    note: str = ""
    others: tuple[Actor, ...] | None = None
    """Who gave their approval before, where more than one was wanted."""
    shown: Digest | None = None
    """The digest of the question, where `digest` is another one: a rollback is bound to that of its own order."""
