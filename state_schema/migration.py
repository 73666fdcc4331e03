"""The state of one resource's migration: the fold of its events, under 16 KB, whatever its past."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, SerializerFunctionWrapHandler, model_serializer

from state_schema.campaign import Resource
from state_schema.ids import (
    Actor,
    Address,
    CampaignId,
    Digest,
    EnvironmentName,
    MigrationId,
    PlanRef,
    StepPath,
    TrackName,
    Verb,
)
from state_schema.model import SCHEMA_VERSION, Model, Moment

Status = Literal[
    "pending",
    "queued",
    "in_progress",
    "awaiting_human",
    "waiting",
    "completed",
    "skipped",
    "failed",
    "blocked",
    "aborted",
]
"""One closed set for step, phase, track and migration.

`in_progress`: an order is out. `waiting`: machines elsewhere, or the clock. `awaiting_human`: a checkpoint is open.
"""
CheckpointKind = Literal["approval", "confirmation", "decision", "intervention"]
CheckpointReason = Literal["step", "approval_required", "gate", "failure"]
Category = Literal["transient", "retriable", "blocking", "fatal"]
Outputs = dict[str, JsonValue]


class PullRequestSeen(Model):
    """What a fresh read of a pull request said. `review` counts only reviews of the present head."""

    kind: Literal["pull_request"] = "pull_request"
    number: int
    url: str
    title: Annotated[str, Field(max_length=300)] = ""
    state: Literal["open", "closed"]
    merged: bool
    head_sha: str
    review: Literal["none", "approved", "changes_requested"] = "none"


GONE = "not_found"
"""Our own conclusion of a run that GitHub shows no more."""


class RunSeen(Model):
    """What a fresh read of a workflow run said; `reason` tells in one sentence why it failed."""

    kind: Literal["workflow_run"] = "workflow_run"
    run_id: int
    run_attempt: int
    url: str
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Annotated[str, Field(max_length=40)] | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


Seen = Annotated[PullRequestSeen | RunSeen, Field(discriminator="kind")]


class Given(Model):
    """One approval of several that are wanted: who gave it, and when."""

    actor: Actor
    at: Moment


class Voided(Model):
    """Approvals that hold no more, since when and why."""

    actors: tuple[Actor, ...]
    at: Moment
    reason: Annotated[str, Field(max_length=300)]


class Checkpoint(Model):
    """A question to a person. A button carries track, step, attempt and `digest`: what was shown."""

    kind: CheckpointKind
    reason: CheckpointReason
    verbs: tuple[Verb, ...] = Field(min_length=1)
    """What answers it; the first one is the expected way on."""
    ask: Annotated[str, Field(max_length=1000)] = ""
    """With a default, because what is empty is not written."""
    digest: Digest
    opened_at: Moment
    remind_at: Moment | None = None
    """When people are reminded next."""
    reminded: int = 0
    """How often they were."""
    reminded_at: Moment | None = None
    """When they last were."""
    escalate_at: Moment | None = None
    escalated_at: Moment | None = None
    overdue_at: Moment | None = None
    overdue: bool = False
    """Its time is over. It can be answered as before: no time-out answers it."""
    given: tuple[Given, ...] = ()
    """Approvals of what `digest` stands for, where more than one is wanted."""
    assigned_to: Actor | None = None
    """Who takes care of it. That gives no right, and takes none."""

    @model_serializer(mode="wrap")
    def _without_unset_times(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Most questions have no reminder, no time-out and nobody who took them, and the state is small."""
        return {name: value for name, value in written(self).items() if value}


class Decided(Model):
    """The stored proof that a person answered: who, what, when, for which attempt and which digest."""

    reason: CheckpointReason
    verb: Verb
    actor: Actor
    at: Moment
    attempt: int
    digest: Digest
    signal: str
    others: tuple[Actor, ...] | None = None
    """Who approved it before `actor` did, where more than one was wanted."""

    @model_serializer(mode="wrap")
    def _without_others(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if value is not None}


class Failure(Model):
    """Why a step failed. `code` is a short word for display and suggestions; `retry_at` only where it is transient."""

    category: Category
    reason: Annotated[str, Field(max_length=500)]
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")] = "failed"
    retry_at: Moment | None = None


class Progress(Model):
    """How far a skill that works through items has come; `cursor` is its own word for where to go on."""

    done: int = Field(ge=0)
    total: int = Field(ge=0)
    cursor: Annotated[str, Field(max_length=200)] = ""
    part: int = Field(default=0, ge=0)


class Listed(Model):
    """A list that is too long for the state: which event holds it, and how many it has."""

    event: int = Field(ge=1)
    count: int = Field(ge=0)


class StepState(Model):
    """One step that has been touched; steps not yet reached are not stored."""

    status: Status
    attempt: int = Field(ge=1)
    since: Moment
    digest: Digest | None = None
    outputs: Outputs = Field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    decided: tuple[Decided, ...] = ()
    """The proofs of this attempt, and the last answer."""
    progress: Progress | None = None
    failure: Failure | None = None
    retries: int = 0
    """Automatic retries in a row, since the last progress."""
    began: int | None = Field(default=None, ge=1)
    """The attempt that a person or the plan began, and of which this one is the same decision and the same work; None where
    automatic retries in a row are all that lies between."""
    watches: tuple[Address, ...] = ()
    seen: Seen | None = None
    read_at: Moment | None = None
    until: Moment | None = None
    deadline: Moment | None = None
    """When work that has not come to an end counts as failed."""
    redone: bool = False
    """It was done, and is done again: `outputs` are those of before, and the first new ones take their place."""
    back: Outputs = Field(default_factory=dict)
    """What a rollback has put out so far: it is not the step's, and a template of a later step must not find it."""
    rollback: Literal["ordered", "done"] | None = None
    """`ordered`: the present attempt takes back what the step did. `done`: that has succeeded."""
    offered: Listed | None = None
    chosen: Listed | None = None
    voided: Voided | None = None
    """The approvals of this step's work that hold no more, until it is decided anew."""

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, written: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        """Keeps the stored state small: a migration has dozens of steps, and most fields of most of them are empty."""
        return {name: value for name, value in written(self).items() if value}

    @property
    def first_attempt(self) -> int:
        """The attempt that a person or the plan began."""
        return self.attempt - self.retries if self.began is None else self.began


class Track(Model):
    """The way through one environment, or through the shared phases."""

    status: Status = "pending"
    step: StepPath | None = None
    """The step that it is at; None before it started."""
    steps: dict[StepPath, StepState] = Field(default_factory=dict)
    approval: Decided | None = None
    """The decision that let this track act outside, where its environment requires one."""


class Migration(Model):
    """One resource in one campaign. `version` is the number of its events."""

    schema_version: int = SCHEMA_VERSION
    id: MigrationId
    campaign: CampaignId
    resource: Resource
    plan: PlanRef
    environments: tuple[EnvironmentName, ...]
    version: int = Field(ge=1)
    status: Status = "pending"
    started_by: Actor | None = None
    started_at: Moment | None = None
    changed_at: Moment
    tracks: dict[TrackName, Track] = Field(default_factory=dict)
    acts: tuple[str, ...] = ()
    """Ids of the last acts, so that one delivered again is known."""
