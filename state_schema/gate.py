"""The gate: the campaign's one item that says who may start."""

from pydantic import Field

from state_schema.ids import CampaignId, EnvironmentName, OrderKey
from state_schema.model import SCHEMA_VERSION, Model, Moment


class Place(Model):
    """One step that holds a slot or queues for one; `environment` is None on the shared track."""

    environment: EnvironmentName | None
    wave: int
    since: Moment


class Gate(Model):
    """Who is at work and who is next, by `<migration>/<track>/<step>/<attempt>`; changed only under its own version."""

    schema_version: int = SCHEMA_VERSION
    campaign: CampaignId
    version: int = Field(default=0, ge=0)
    held: dict[OrderKey, Place] = Field(default_factory=dict)
    queue: dict[OrderKey, Place] = Field(default_factory=dict)
