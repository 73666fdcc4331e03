"""Moving a migration to another version of its plan: what a person asks for, and what is recorded of it."""

from typing import Annotated

from pydantic import Field

from state_schema.ids import PlanRef, StepPath, TrackName
from state_schema.model import Model


class Move(Model):
    """`to` is the plan version. A step keeps its place unless `renamed` says where it is now.

    `left_out` are steps of the new version that would be missed, because the resource is past them already.
    """

    to: PlanRef
    renamed: Annotated[dict[StepPath, StepPath], Field(max_length=100)] = Field(default_factory=dict)
    left_out: Annotated[tuple[StepPath, ...], Field(max_length=100)] = ()


class TrackMoved(Model):
    """One track's steps under the new version. `kept` is old place to new place of each touched step that is still there.

    `step` is where the track stands now, None before it started; what it was asked there is void. `left_out` count as skipped.
    """

    track: TrackName
    kept: dict[StepPath, StepPath] = Field(default_factory=dict)
    step: StepPath | None = None
    left_out: tuple[StepPath, ...] = ()
