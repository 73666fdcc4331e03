"""Recorded facts, past tense. History is the list of them; the state is their fold."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.campaign import Resource
from state_schema.ids import Actor, Address, CampaignId, Digest, EnvironmentName, PlanRef, StepPath, TrackName, Verb
from state_schema.migration import Checkpoint, CheckpointReason, Failure, Outputs, Seen
from state_schema.model import SCHEMA_VERSION, Model, Moment
from state_schema.moves import TrackMoved


def _is_none(value: object) -> bool:
    return value is None


class AtStep(Model):
    """What every event about a step says: where, and which try it was."""

    track: TrackName
    step: StepPath
    attempt: int


class MigrationCreated(Model):
    """The campaign was applied with this resource in it."""

    kind: Literal["migration_created"] = "migration_created"
    campaign: CampaignId
    resource: Resource
    plan: PlanRef
    environments: tuple[EnvironmentName, ...]


class MigrationStarted(Model):
    """A person started it."""

    kind: Literal["migration_started"] = "migration_started"


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
    reason: Annotated[str, Field(max_length=500)]


class MigrationMoved(Model):
    """An operator moved it to another version of its plan; all that was open is void and is asked anew."""

    kind: Literal["migration_moved"] = "migration_moved"
    before: PlanRef
    plan: PlanRef
    tracks: tuple[TrackMoved, ...]


class StepQueued(AtStep):
    """It is ready and may not start yet: no slot is free, or a window denies starts until `until`."""

    kind: Literal["step_queued"] = "step_queued"
    why: Literal["slot", "window"]
    until: Moment | None = None


class StepStarted(AtStep):
    """It took a slot; its order is out."""

    kind: Literal["step_started"] = "step_started"
    digest: Digest
    deadline: Moment | None = None


class StepPending(AtStep):
    """The skill handed over to machines elsewhere; the slot stays held."""

    kind: Literal["step_pending"] = "step_pending"
    watches: tuple[Address, ...]
    outputs: Outputs = Field(default_factory=dict)


class StepProgressed(AtStep):
    """The skill did a part of its items."""

    kind: Literal["step_progressed"] = "step_progressed"
    done: int
    total: int
    cursor: str


class StepWaiting(AtStep):
    """A `wait` step began; nothing happens before `until`."""

    kind: Literal["step_waiting"] = "step_waiting"
    until: Moment


class StepCompleted(AtStep):
    """It is done."""

    kind: Literal["step_completed"] = "step_completed"
    outputs: Outputs = Field(default_factory=dict)


class StepFailed(AtStep):
    """It could not; the failure says why and who goes on."""

    kind: Literal["step_failed"] = "step_failed"
    failure: Failure


class StepRetried(AtStep):
    """It begins again as `attempt`. `automatic`: no person asked for it.

    As the next attempt the core retries what passes by itself; as the same one it goes on, because what failed was undone
    outside (a closed pull request is open again).
    """

    kind: Literal["step_retried"] = "step_retried"
    automatic: bool = False


class StepSkipped(AtStep):
    """A person, or the campaign where it leaves out an optional phase, goes on without it."""

    kind: Literal["step_skipped"] = "step_skipped"


class StepBlocked(AtStep):
    """A person says that it cannot go on for now; Retry stays possible."""

    kind: Literal["step_blocked"] = "step_blocked"


class RollbackOrdered(AtStep):
    """A person wants what the step did taken back; `attempt` does that."""

    kind: Literal["rollback_ordered"] = "rollback_ordered"


class StepRolledBack(AtStep):
    """What it did is taken back; Retry and Skip are possible. The outputs are those of the rollback."""

    kind: Literal["step_rolled_back"] = "step_rolled_back"
    outputs: Outputs = Field(default_factory=dict)


class SlotReleased(AtStep):
    """Work that was out when the migration was aborted no longer holds its slot."""

    kind: Literal["slot_released"] = "slot_released"
    why: Literal["reported", "observed", "deadline"]


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
    answers: Outputs | None = Field(default=None, exclude_if=_is_none)
    """Of a form, by field. Left out where there are none: the hash of a record made before there were forms holds."""
    note: str = ""


class ObservationRecorded(AtStep):
    """A look outside found something that was not known; `digest` is the open checkpoint's from now on."""

    kind: Literal["observation_recorded"] = "observation_recorded"
    read_at: Moment
    seen: Seen
    digest: Digest | None = None


class ActRefused(Model):
    """A person asked for what is not possible or not theirs; nothing else changed."""

    kind: Literal["act_refused"] = "act_refused"
    verb: Verb
    reason_code: Annotated[str, Field(max_length=60)]
    message: Annotated[str, Field(max_length=1000)]


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
    | CheckpointOverdue
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
    event: Event
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
