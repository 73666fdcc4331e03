"""The gate: the campaign's one item that says who may start."""

from typing import Annotated

from pydantic import Field, StringConstraints

from state_schema.ids import Actor, CampaignId, EnvironmentName, OrderKey, ResourceId
from state_schema.model import SCHEMA_VERSION, Model, Moment

Scope = Annotated[
    str,
    StringConstraints(
        pattern=r"^(campaign|wave:[1-9][0-9]{0,2}|environment:[a-z][a-z0-9-]{0,39}|migration:[a-z0-9._-]{1,60})$"
    ),
]
"""What a pause covers: the whole campaign, or one wave, environment or migration of it."""


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


class Gate(Model):
    """Who is at work and who is next, by `<migration>/<track>/<step>/<attempt>`; changed only under its own version."""

    schema_version: int = SCHEMA_VERSION
    campaign: CampaignId
    version: int = Field(default=0, ge=0)
    held: dict[OrderKey, Place] = Field(default_factory=dict)
    queue: dict[OrderKey, Place] = Field(default_factory=dict)
    pauses: dict[Scope, Pause] = Field(default_factory=dict)
    opened: tuple[int, ...] = ()
    """Waves that somebody opened, whether or not the wave before is complete."""
    finished: dict[int, int] = Field(default_factory=dict)
    """Wave to the number of its migrations that are completed."""
    failures: dict[int, tuple[ResourceId, ...]] = Field(default_factory=dict)
    """Wave to the resources that failed in it since its breaker was last reset."""
    acts: tuple[str, ...] = ()
    """Ids of the last acts on the campaign, so that one delivered again is known."""
