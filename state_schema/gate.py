"""The gate: the campaign's one item that says who may start."""

from typing import Annotated

from pydantic import Field, StringConstraints

from state_schema.ids import Actor, CampaignId, EnvironmentName, OrderKey, Person, ResourceId
from state_schema.linking import Account, CodeDigest, LinkCode
from state_schema.model import SCHEMA_VERSION, Model, Moment

Scope = Annotated[
    str,
    StringConstraints(
        pattern=r"^(all|campaign|wave:[1-9][0-9]{0,2}|environment:[a-z][a-z0-9-]{0,39}|migration:[a-z0-9._-]{1,60}"
        r"|exception:[a-z0-9._-]{1,60}/[a-z][a-z0-9-]{0,39})$"
    ),
]
"""What an act covers: `all` campaigns, this one, or one wave, environment or migration of it.

`exception:<resource>/<track>` is the place that an exception from a freeze is for.
"""


class Place(Model):
    """One step that holds a slot or queues for one; `environment` is None on the shared track."""

    environment: EnvironmentName | None
    wave: int
    since: Moment


class Pause(Model):
    """Somebody stopped starts; what is decided and reported meanwhile is recorded all the same."""

    actor: Actor
    at: Moment
    reason: Annotated[str, Field(max_length=300)] = ""


class Freeze(Model):
    """Somebody stopped starts until a time; unlike a pause it ends by itself, and exceptions are possible."""

    actor: Actor
    at: Moment
    until: Moment
    reason: Annotated[str, Field(max_length=300)] = ""


class FreezeException(Model):
    """One operator asked that a place may start in spite of a freeze; it may once a second person approved."""

    actor: Actor
    at: Moment
    until: Moment
    """The end of the freeze that it was asked in; it is worth nothing after."""
    reason: Annotated[str, Field(max_length=300)] = ""
    approved_by: Actor | None = None
    approved_at: Moment | None = None


class Gate(Model):
    """Who is at work and who is next, by `<migration>/<track>/<step>/<attempt>`; changed only under its own version."""

    schema_version: int = SCHEMA_VERSION
    campaign: CampaignId
    version: int = Field(default=0, ge=0)
    held: dict[OrderKey, Place] = Field(default_factory=dict)
    queue: dict[OrderKey, Place] = Field(default_factory=dict)
    pauses: dict[Scope, Pause] = Field(default_factory=dict)
    freezes: dict[Scope, Freeze] = Field(default_factory=dict)
    exceptions: dict[str, FreezeException] = Field(default_factory=dict)
    """By `<resource>/<track>`."""
    opened: tuple[int, ...] = ()
    """Waves that somebody opened, whether or not the wave before is complete."""
    finished: dict[int, int] = Field(default_factory=dict)
    """Wave to the number of its migrations that are over: completed, or aborted."""
    failures: dict[int, tuple[ResourceId, ...]] = Field(default_factory=dict)
    """Wave to the resources that failed in it since its breaker was last reset."""
    acts: tuple[str, ...] = ()
    """Ids of the last acts on the campaign, so that one delivered again is known."""
    links: dict[Account, Person] = Field(default_factory=dict)
    """GitHub accounts that were proven to be somebody's."""
    codes: dict[CodeDigest, LinkCode] = Field(default_factory=dict)
    guesses: tuple[Moment, ...] = ()
    """When wrong codes were tried, within the last hour."""
    tail: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """The hash of the last act on the campaign; empty before the first one that has a hash."""
    learnt: dict[str, dict[str, int]] = Field(default_factory=dict)
    """How often each verb answered a failure, by situation: `<phase>.<step>|<status>|<category>/<code>`; at most 200."""
