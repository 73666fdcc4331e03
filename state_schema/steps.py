"""The steps of a plan: a skill's work, a question to people, or a wait."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from state_schema.forms import Form
from state_schema.grammar import Duration
from state_schema.ids import Name, Verb
from state_schema.json_values import Json
from state_schema.model import Model, Moment

Layer = Literal["automatic", "confirmation", "explicit_command"]


class Approval(Model):
    """The pull request that the step `of` opened is merged by people; `resume` asks us to look again."""

    of: Name
    ask: str = "Review and merge the pull request"
    resume: Verb


class Confirmation(Model):
    """A person says that something outside was done; `resume` is the word for it."""

    ask: str
    resume: Verb


Choice = Annotated[str, Field(min_length=1, max_length=200)]


class Decision(Model):
    """A person chooses any of what the skill `choices_from` lists, or one of `choices` (several where it is `many`), or
    answers the fields of a `form`.

    A choice of one among `choices` is the step's output `as`, for the templates of later steps; of a form, each field is
    an output by its own name.
    """

    ask: str
    choices_from: Name | None = None
    choices: tuple[Choice, ...] | None = Field(default=None, max_length=100)
    form: Form | None = None
    many: bool = False
    as_: Name = Field(alias="as")

    @model_validator(mode="after")
    def _has_one_source(self) -> "Decision":
        if sum(source is not None for source in (self.choices_from, self.choices, self.form)) != 1:
            message = (
                "a decision has exactly one of `choices_from`, a skill that lists, `choices`, a list, and `form`, "
                "fields to fill in"
            )
            raise ValueError(message)
        return self

    @property
    def takes_many(self) -> bool:
        """Whether any number may be chosen; a skill's list always allows that."""
        return self.form is None and (self.many or self.choices_from is not None)


class Retries(Model):
    """How often a step is tried again by itself, in a row, by the category of its failure."""

    transient: int = Field(default=5, ge=0, le=20)
    retriable: int = Field(default=0, ge=0, le=20)


class OnFailure(Model):
    """What follows a failure. `rollback`: the skill that an intervention offers, with the step's inputs or its own `with`."""

    retries: Retries = Retries()
    first_delay: Duration = "15s"
    """Before the first automatic retry; each further wait is twice as long, a quarter of an hour at most."""
    rollback: Name | None = None
    with_: dict[str, Json] | None = Field(default=None, alias="with")


class _Step(Model):
    id: Name


class TimedStep(_Step):
    """A step at which people or machines may take too long."""

    timeout: Duration | None = None
    """A question is overdue after it, and stays open; machines at work have failed. Nothing is answered by it."""
    remind: Duration | None = None
    """How often people are reminded of a question that is open here."""


class SkillStep(TimedStep):
    """A skill does the work; `gate` may demand more of people than the campaign does, never less."""

    skill: Name
    with_: dict[str, Json] = Field(default_factory=dict, alias="with")
    gate: Layer = "automatic"
    on_failure: OnFailure = OnFailure()


class ApprovalStep(TimedStep):
    """Waits for a merge."""

    approval: Approval


class ConfirmationStep(TimedStep):
    """Waits for a person's word."""

    confirmation: Confirmation


class DecisionStep(TimedStep):
    """Waits for a person's choice."""

    decision: Decision


def _with_a_unit(wait: object) -> object:
    """A bare number would be read as seconds since 1970."""
    if isinstance(wait, int | float) or (
        isinstance(wait, str) and wait.strip().lstrip("+-").replace(".", "").isdigit()
    ):
        message = "write a duration with its unit (90s, 15m, 24h, 7d) or a date and time with its zone"
        raise ValueError(message)
    return wait


class WaitStep(_Step):
    """Waits for a duration (`24h`) or until a moment."""

    wait: Annotated[Duration | Moment, BeforeValidator(_with_a_unit)]


STEP_KINDS: Final = ("skill", "approval", "confirmation", "decision", "wait")


def _kind_of_step(step: object) -> str | None:
    names = step if isinstance(step, dict) else getattr(type(step), "model_fields", {})
    found = [kind for kind in STEP_KINDS if kind in names]
    return found[0] if len(found) == 1 else None


AnyStep = SkillStep | ApprovalStep | ConfirmationStep | DecisionStep | WaitStep
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
