"""The plan: what every resource goes through. Data, published once per version, never changed after."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from state_schema.ids import SHARED_TRACK, EnvironmentName, Name, plan_ref
from state_schema.model import Model
from state_schema.secrets import refuse_secrets
from state_schema.steps import (
    AnyStep,
    ApprovalStep,
    ConfirmationStep,
    DecisionStep,
    Layer,
    SkillStep,
    Step,
    WaitStep,
)

__all__ = [
    "ApprovalStep",
    "ConfirmationStep",
    "DecisionStep",
    "Environment",
    "Layer",
    "Phase",
    "Plan",
    "SkillStep",
    "Step",
    "Stop",
    "WaitStep",
]

Attribute = str | int | float | bool


class Environment(Model):
    """One place a resource is migrated in. Any further attribute is there for templates."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Attribute] = Field(init=False)

    primary: bool = False
    blocked_by: tuple[EnvironmentName, ...] = ()
    approval_required: bool = False


def _is_not_shared(name: str) -> str:
    if name == SHARED_TRACK:
        message = f"{SHARED_TRACK!r} is the name of the shared track; choose another"
        raise ValueError(message)
    return name


OwnEnvironment = Annotated[EnvironmentName, AfterValidator(_is_not_shared)]


class Phase(Model):
    """A named list of steps, done once per environment, or once per resource where `scope` is `shared`.

    A resource of the campaign may leave out a phase that is `optional`.
    """

    name: Name
    optional: bool = False
    scope: Literal["shared", "environment"] = "environment"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=50)


@dataclass(frozen=True, slots=True)
class Stop:
    """One step on a track, with its place: `path` is `<phase>.<step>`, `number` counts from 0 along the track."""

    path: str
    phase: str
    step: AnyStep
    number: int
    optional: bool = False
    """Whether its phase may be left out."""


class Plan(Model):
    """A published version. What one model can see is checked here; names across steps in `shared.domain.plan_rules`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,60}$")]
    version: int = Field(ge=1, le=999_999)
    unit: str = "resource"
    environments: dict[OwnEnvironment, Environment] = Field(min_length=1, max_length=20)
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=50)

    @property
    def ref(self) -> str:
        """`<name>@<version>`."""
        return plan_ref(self.name, self.version)

    def stops(self, track: str) -> tuple[Stop, ...]:
        """The steps of the shared track, or of any environment's track, in order."""
        return self._shared_stops if track == SHARED_TRACK else self._environment_stops

    def stop(self, track: str, path: str) -> Stop | None:
        """The step at `<phase>.<step>` of this track; None where the plan has none there."""
        return (self._shared_by_path if track == SHARED_TRACK else self._environment_by_path).get(path)

    @cached_property
    def _shared_stops(self) -> tuple[Stop, ...]:
        return self._stops_in("shared")

    @cached_property
    def _environment_stops(self) -> tuple[Stop, ...]:
        return self._stops_in("environment")

    @cached_property
    def _shared_by_path(self) -> dict[str, Stop]:
        return {stop.path: stop for stop in self._shared_stops}

    @cached_property
    def _environment_by_path(self) -> dict[str, Stop]:
        return {stop.path: stop for stop in self._environment_stops}

    def _stops_in(self, scope: str) -> tuple[Stop, ...]:
        steps = [(phase, step) for phase in self.phases if phase.scope == scope for step in phase.steps]
        return tuple(
            Stop(f"{phase.name}.{step.id}", phase.name, step, number, phase.optional)
            for number, (phase, step) in enumerate(steps)
        )

    @model_validator(mode="after")
    def _holds_no_secret(self) -> Self:
        refuse_secrets(self.model_dump(mode="json", by_alias=True))
        return self
