"""Events about the work of a step: it queues, starts, waits, ends, fails, begins again."""

from typing import Literal

from pydantic import Field

from state_schema.at_step import AtStep
from state_schema.ids import Address, Digest
from state_schema.migration import Failure, Outputs, Seen
from state_schema.model import Moment


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


class ObservationRecorded(AtStep):
    """A look outside found something that was not known; `digest` is the open checkpoint's from now on."""

    kind: Literal["observation_recorded"] = "observation_recorded"
    read_at: Moment
    seen: Seen
    digest: Digest | None = None
