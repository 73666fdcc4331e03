"""Events about what people are asked: what is offered, the question, its reminders, the answer."""

from typing import Literal

from state_schema.at_step import AtStep
from state_schema.ids import Address, Digest, Verb
from state_schema.migration import Checkpoint, CheckpointReason, Outputs
from state_schema.model import Moment


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


class CheckpointOverdue(AtStep):
    """Nobody has answered in time. It stays open and answers nothing."""

    kind: Literal["checkpoint_overdue"] = "checkpoint_overdue"


class CheckpointDecided(AtStep):
    """A person answered, with what was shown to them."""

    kind: Literal["checkpoint_decided"] = "checkpoint_decided"
    reason: CheckpointReason
    verb: Verb
    digest: Digest
    choices: tuple[str, ...] | None = None
    answers: Outputs | None = None
    """Of a form, by field."""
    note: str = ""
