"""The campaign: who, what, when. It guards the plan, so gates and people live here and not in the plan."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from state_schema.grammar import PercentageText, parse_percentage
from state_schema.ids import (
    CampaignId,
    EnvironmentName,
    GroupName,
    Member,
    Name,
    Person,
    PlanRef,
    ResourceId,
    TrackName,
)
from state_schema.json_values import Json
from state_schema.model import SCHEMA_VERSION, Model
from state_schema.plan import Layer
from state_schema.reminders import Reminders
from state_schema.secrets import refuse_secrets

ActionGate = Layer | dict[EnvironmentName, Layer]


class Resource(Model):
    """The unit of work. `id` is for keys and commands; `name` is any text that people know it by."""

    id: ResourceId
    name: Annotated[str, Field(max_length=200)] | None = None
    wave: int = Field(default=1, ge=1, le=999)
    owner: Annotated[str, Field(max_length=100)] | None = None
    environments: tuple[EnvironmentName, ...] | None = None
    skip: tuple[Name, ...] = ()
    """Optional phases of the plan that it leaves out."""
    metadata: dict[str, Json] = Field(default_factory=dict, max_length=20)


class Wave(Model):
    """A group of resources; it comes after another one, or is free to start."""

    after: int | None = None


class People(Model):
    """Who may do what: ids only, never names. `linked` says which other ids are the same person.

    A role takes people, `group:<name>` for one of `groups`, and `slack-group:<team>/<S…>` for a user group of Slack.
    """

    operators: Annotated[tuple[Member, ...], Field(max_length=500)] = ()
    approvers: Annotated[tuple[Member, ...], Field(max_length=500)] = ()
    groups: dict[GroupName, Annotated[tuple[Person, ...], Field(max_length=500)]] = Field(
        default_factory=dict, max_length=50
    )
    linked: dict[Person, tuple[Person, ...]] = Field(default_factory=dict)


class Gates(Model):
    """The layer of each action, for all environments or for each; None keeps the default of the rules.

    `merge` and `delete` are by explicit command everywhere, and nothing loosens that.
    """

    create_pr: ActionGate | None = None
    deploy: ActionGate | None = None
    run_migration: ActionGate | None = None
    merge: ActionGate | None = None
    delete: ActionGate | None = None
    four_eyes: tuple[TrackName, ...] = ()
    """Where whoever asked for something (started the migration, or this attempt) does not approve it."""
    quorum: dict[TrackName, Annotated[int, Field(ge=1, le=10)]] = Field(default_factory=dict)
    """How many people it takes to approve something there; one where nothing is said."""
    merge_approval: tuple[TrackName, ...] = ()
    """Where a merge counts only if an approver approved exactly what was merged, by its head SHA."""


class Limits(Model):
    """Skills at work at once, in the campaign and in each environment."""

    active: int = Field(default=1, ge=1, le=1000)
    environments: dict[EnvironmentName, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict)


class Window(Model):
    """A weekly span in which nothing starts: `Fri 16:00 - Mon 08:00` in `zone`; all environments, or those named."""

    deny: Annotated[
        str,
        Field(
            pattern=r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-2]\d:[0-5]\d - (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-2]\d:[0-5]\d$"
        ),
    ]
    zone: str = "UTC"
    environments: tuple[EnvironmentName, ...] | None = None
    overrun: Literal["finish", "refuse"] = "finish"
    """Of work that would run into it. `finish`: what has started ends in the window. `refuse`: a step starts only where its
    `timeout` (an hour, where it has none) is over before.
    """


class Breaker(Model):
    """Stop starting work in a wave after so many of its resources failed, or after so great a share (`5%`)."""

    failures: Annotated[int, Field(ge=1)] | PercentageText

    @field_validator("failures")
    @classmethod
    def _lets_some_fail(cls, failures: int | str) -> int | str:
        if isinstance(failures, str) and not parse_percentage(failures).number:
            raise ValueError(f"{failures} would stop a wave in which nothing failed; write for example 1 or 5%")
        return failures


class Campaign(Model):
    """One migration of many resources, as its file says it."""

    schema_version: int = SCHEMA_VERSION
    id: CampaignId = Field(alias="campaign")
    plan: PlanRef
    channel: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")]
    resources: tuple[Resource, ...] = Field(min_length=1, max_length=2000)
    waves: dict[int, Wave] = Field(default_factory=lambda: {1: Wave()})
    people: People = People()
    gates: Gates = Gates()
    limits: Limits = Limits()
    windows: tuple[Window, ...] = Field(default=(), max_length=20)
    breaker: Breaker | None = None
    reminders: Reminders | None = None
    gone: tuple[Resource, ...] = ()
    """Resources that ended, and that the file names no more. Waymark keeps them; no file says them."""

    @model_validator(mode="after")
    def _holds_no_secret(self) -> Self:
        refuse_secrets(self.model_dump(mode="json", by_alias=True))
        return self
