"""Recorded facts, past tense. History is the list of them; the state is their fold."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.campaign import Resource
from state_schema.ids import Actor, Address, CampaignId, Digest, EnvironmentName, PlanRef, StepPath, TrackName, Verb
from state_schema.migration import Checkpoint, CheckpointReason, Failure, Outputs, Seen
from state_schema.model import SCHEMA_VERSION, Model, Moment


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
    """A fatal failure ended it."""

    kind: Literal["migration_aborted"] = "migration_aborted"
    reason: Annotated[str, Field(max_length=500)]


class StepQueued(Model):
    """It is ready and may not start yet: no slot is free, or a window denies starts until `until`."""

    kind: Literal["step_queued"] = "step_queued"
    track: TrackName
    step: StepPath
    attempt: int
    why: Literal["slot", "window"]
    until: Moment | None = None


class StepStarted(Model):
    """It took a slot; its order is out."""

    kind: Literal["step_started"] = "step_started"
    track: TrackName
    step: StepPath
    attempt: int
    digest: Digest


class StepPending(Model):
    """The skill handed over to machines elsewhere; the slot stays held."""

    kind: Literal["step_pending"] = "step_pending"
    track: TrackName
    step: StepPath
    attempt: int
    watches: tuple[Address, ...]
    outputs: Outputs = Field(default_factory=dict)


class StepProgressed(Model):
    """The skill did a part of its items."""

    kind: Literal["step_progressed"] = "step_progressed"
    track: TrackName
    step: StepPath
    attempt: int
    done: int
    total: int
    cursor: str


class StepWaiting(Model):
    """A `wait` step began; nothing happens before `until`."""

    kind: Literal["step_waiting"] = "step_waiting"
    track: TrackName
    step: StepPath
    attempt: int
    until: Moment


class StepCompleted(Model):
    """It is done."""

    kind: Literal["step_completed"] = "step_completed"
    track: TrackName
    step: StepPath
    attempt: int
    outputs: Outputs = Field(default_factory=dict)


class StepFailed(Model):
    """It could not; the failure says why and who goes on."""

    kind: Literal["step_failed"] = "step_failed"
    track: TrackName
    step: StepPath
    attempt: int
    failure: Failure


class StepRetried(Model):
    """It begins again as `attempt`. `automatic`: the core retries a transient failure, no person asked for it."""

    kind: Literal["step_retried"] = "step_retried"
    track: TrackName
    step: StepPath
    attempt: int
    automatic: bool = False


class StepSkipped(Model):
    """A person goes on without it."""

    kind: Literal["step_skipped"] = "step_skipped"
    track: TrackName
    step: StepPath
    attempt: int


class StepBlocked(Model):
    """A person says that it cannot go on for now; Retry stays possible."""

    kind: Literal["step_blocked"] = "step_blocked"
    track: TrackName
    step: StepPath
    attempt: int


class ChoicesOffered(Model):
    """What a person may choose among; the state keeps only this event's number."""

    kind: Literal["choices_offered"] = "choices_offered"
    track: TrackName
    step: StepPath
    attempt: int
    choices: tuple[str, ...]


class CheckpointOpened(Model):
    """A person is asked."""

    kind: Literal["checkpoint_opened"] = "checkpoint_opened"
    track: TrackName
    step: StepPath
    attempt: int
    checkpoint: Checkpoint
    watches: tuple[Address, ...] = ()


class CheckpointDecided(Model):
    """A person answered, with what was shown to them."""

    kind: Literal["checkpoint_decided"] = "checkpoint_decided"
    track: TrackName
    step: StepPath
    attempt: int
    reason: CheckpointReason
    verb: Verb
    digest: Digest
    choices: tuple[str, ...] | None = None
    note: str = ""


class ObservationRecorded(Model):
    """A look outside found something that was not known; `digest` is the open checkpoint's from now on."""

    kind: Literal["observation_recorded"] = "observation_recorded"
    track: TrackName
    step: StepPath
    attempt: int
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
    | ChoicesOffered
    | CheckpointOpened
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
