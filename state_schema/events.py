"""Recorded facts, past tense. History is the list of them; the state is their fold."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.at_step import AtStep
from state_schema.campaign import Resource
from state_schema.checkpoint_events import (
    ApprovalGiven,
    ApprovalVoided,
    CheckpointAssigned,
    CheckpointDecided,
    CheckpointEscalated,
    CheckpointOpened,
    CheckpointOverdue,
    CheckpointReminded,
    ChoicesOffered,
    RemindersMoved,
)
from state_schema.ids import Actor, CampaignId, Digest, EnvironmentName, PlanRef, TrackName, Verb
from state_schema.model import SCHEMA_VERSION, Model, Moment
from state_schema.moves import TrackMoved
from state_schema.signals import CheckpointRef
from state_schema.step_events import (
    ObservationRecorded,
    RollbackOrdered,
    SlotReleased,
    StepBlocked,
    StepCompleted,
    StepFailed,
    StepPending,
    StepProgressed,
    StepQueued,
    StepRetried,
    StepRolledBack,
    StepSkipped,
    StepStarted,
    StepWaiting,
)

__all__ = [
    "ActRefused",
    "ApprovalGiven",
    "ApprovalVoided",
    "AtStep",
    "CheckpointAssigned",
    "CheckpointDecided",
    "CheckpointEscalated",
    "CheckpointOpened",
    "CheckpointOverdue",
    "CheckpointReminded",
    "ChoicesOffered",
    "Event",
    "MigrationAborted",
    "MigrationCompleted",
    "MigrationCreated",
    "MigrationMoved",
    "MigrationStarted",
    "ObservationRecorded",
    "Recorded",
    "RemindersMoved",
    "RollbackOrdered",
    "SlotReleased",
    "StepBlocked",
    "StepCompleted",
    "StepFailed",
    "StepPending",
    "StepProgressed",
    "StepQueued",
    "StepRetried",
    "StepRolledBack",
    "StepSkipped",
    "StepStarted",
    "StepWaiting",
    "TrackCompleted",
    "TrackStarted",
]


class MigrationCreated(Model):
    """The campaign was applied with this resource in it."""

    kind: Literal["migration_created"] = "migration_created"
    campaign: CampaignId
    resource: Resource
    plan: PlanRef
    environments: tuple[EnvironmentName, ...]


class MigrationStarted(Model):
    """A person started it. `shown` stands for what began: the plan version, the resource and its environments."""

    kind: Literal["migration_started"] = "migration_started"
    shown: Digest | None = None


class TrackStarted(Model):
    """All that the track was blocked by is completed."""

    kind: Literal["track_started"] = "track_started"
    track: TrackName


class TrackCompleted(Model):
    """Its last step is completed or skipped."""

    kind: Literal["track_completed"] = "track_completed"
    track: TrackName


class MigrationCompleted(Model):
    """All tracks are completed."""

    kind: Literal["migration_completed"] = "migration_completed"


class MigrationAborted(Model):
    """A fatal failure or an operator ended it."""

    kind: Literal["migration_aborted"] = "migration_aborted"
    reason: Annotated[str, Field(max_length=3000)]
    shown: CheckpointRef | None = None
    """As of a refused act."""


class MigrationMoved(Model):
    """An operator moved it to another version of its plan; all that was open is void and is asked anew.

    `shown` stands for what a preview shows: both versions, and the place of every step.
    """

    kind: Literal["migration_moved"] = "migration_moved"
    before: PlanRef
    plan: PlanRef
    tracks: tuple[TrackMoved, ...]
    shown: Digest | None = None


class ActRefused(Model):
    """A person asked for what is not possible or not theirs; nothing else changed."""

    kind: Literal["act_refused"] = "act_refused"
    verb: Verb
    reason_code: Annotated[str, Field(max_length=60)]
    message: Annotated[str, Field(max_length=1000)]
    shown: CheckpointRef | None = None
    """The question on the card whose button was clicked; None where the act was typed."""


Event = Annotated[
    MigrationCreated
    | MigrationStarted
    | TrackStarted
    | TrackCompleted
    | MigrationCompleted
    | MigrationAborted
    | MigrationMoved
    | StepQueued
    | StepStarted
    | StepPending
    | StepProgressed
    | StepWaiting
    | StepCompleted
    | StepFailed
    | StepRetried
    | StepSkipped
    | StepBlocked
    | RollbackOrdered
    | StepRolledBack
    | SlotReleased
    | ChoicesOffered
    | CheckpointOpened
    | CheckpointReminded
    | CheckpointEscalated
    | RemindersMoved
    | CheckpointOverdue
    | CheckpointAssigned
    | ApprovalGiven
    | ApprovalVoided
    | CheckpointDecided
    | ObservationRecorded
    | ActRefused,
    Field(discriminator="kind"),
]


class Recorded(Model):
    """One event as stored: its number, its cause, and the hash of the one before, so that a change shows."""

    schema_version: int = SCHEMA_VERSION
    number: int = Field(ge=1)
    at: Moment
    actor: Actor
    signal: str
    correlation: Annotated[str, Field(max_length=200)] | None = None
    """The delivery or act that it all began with; None where that is `signal` itself, or was not recorded yet."""
    event: Event
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
