"""The plan: what every resource goes through. Data, published once per version, never changed after."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag, model_validator

from state_schema.grammar import Duration
from state_schema.ids import SHARED_TRACK, EnvironmentName, Name, Verb, plan_ref
from state_schema.model import Model, Moment
from state_schema.secrets import refuse_secrets

Layer = Literal["automatic", "confirmation", "explicit_command"]
Attribute = str | int | float | bool


class Environment(Model):
    """One place a resource is migrated in. Any further attribute is there for templates."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Attribute] = Field(init=False)

    primary: bool = False
    blocked_by: tuple[EnvironmentName, ...] = ()
    approval_required: bool = False


class Approval(Model):
    """The pull request that the step `of` opened is merged by people; `resume` asks us to look again."""

    of: Name
    ask: str = "Review and merge the pull request"
    resume: Verb


class Confirmation(Model):
    """A person says that something outside was done; `resume` is the word for it."""

    ask: str
    resume: Verb


class Decision(Model):
    """A person chooses among what the skill `choices_from` lists; later steps see the choice under `as`."""

    ask: str
    choices_from: Name
    as_: Name = Field(alias="as")


class SkillStep(Model):
    """A skill does the work; `gate` may demand more of people than the campaign does, never less."""

    id: Name
    skill: Name
    with_: dict[str, JsonValue] = Field(default_factory=dict, alias="with")
    gate: Layer = "automatic"


class ApprovalStep(Model):
    """Waits for a merge."""

    id: Name
    approval: Approval


class ConfirmationStep(Model):
    """Waits for a person's word."""

    id: Name
    confirmation: Confirmation


class DecisionStep(Model):
    """Waits for a person's choice."""

    id: Name
    decision: Decision


def _with_a_unit(wait: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if isinstance(wait, int | float) or (
        isinstance(wait, str) and wait.strip().lstrip("+-").replace(".", "").isdigit()
    ):
        message = "write a duration with its unit (90s, 15m, 24h, 7d) or a date and time with its zone"
        raise ValueError(message)
    return wait


class WaitStep(Model):
    """Waits for a duration (`24h`) or until a moment."""

    id: Name
    wait: Annotated[Duration | Moment, BeforeValidator(_with_a_unit)]


STEP_KINDS = ("skill", "approval", "confirmation", "decision", "wait")


def _kind_of_step(step: object) -> str | None:
    names = step if isinstance(step, dict) else getattr(type(step), "model_fields", {})
    found = [kind for kind in STEP_KINDS if kind in names]
    return found[0] if len(found) == 1 else None


Step = Annotated[
    Annotated[SkillStep, Tag("skill")]
    | Annotated[ApprovalStep, Tag("approval")]
    | Annotated[ConfirmationStep, Tag("confirmation")]
    | Annotated[DecisionStep, Tag("decision")]
    | Annotated[WaitStep, Tag("wait")],
    Discriminator(
        _kind_of_step,
        custom_error_type="step_kind",
        custom_error_message="a step is exactly one of: " + ", ".join(STEP_KINDS),
    ),
]


class Phase(Model):
    """A named list of steps, done once per environment, or once per resource where `scope` is `shared`."""

    name: Name
    scope: Literal["shared", "environment"] = "environment"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=50)


@dataclass(frozen=True, slots=True)
class Stop:
    """One step on a track, with its place: `path` is `<phase>.<step>`, `number` counts from 0 along the track."""

    path: str
    phase: str
    step: SkillStep | ApprovalStep | ConfirmationStep | DecisionStep | WaitStep
    number: int


class Plan(Model):
    """A published version. What one model can see is checked here; names across steps in `shared.domain.plan_rules`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,60}$")]
    version: int = Field(ge=1, le=999_999)
    unit: str = "resource"
    environments: dict[EnvironmentName, Environment] = Field(min_length=1, max_length=20)
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
        steps = [(phase.name, step) for phase in self.phases if phase.scope == scope for step in phase.steps]
        return tuple(Stop(f"{phase}.{step.id}", phase, step, number) for number, (phase, step) in enumerate(steps))

    @model_validator(mode="after")
    def _holds_no_secret(self) -> Self:
        refuse_secrets(self.model_dump(mode="json", by_alias=True))
        return self

    @model_validator(mode="after")
    def _shared_is_no_environment(self) -> Self:
        if SHARED_TRACK in self.environments:
            message = f"environments: {SHARED_TRACK!r} is the name of the shared track; choose another"
            raise ValueError(message)
        return self
