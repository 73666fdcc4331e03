"""Acts on a whole campaign, and what is recorded of them."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.gate import Scope
from state_schema.ids import Actor, CampaignId, Person
from state_schema.model import SCHEMA_VERSION, Model, Moment

ControlVerb = Literal["pause", "resume", "open-wave", "freeze", "except"]


class Control(Model):
    """A person stops or lets go starts, opens a wave (`scope` is then `wave:<n>`), or asks for or approves an exception
    from a freeze (`exception:<resource>/<track>`).
    """

    id: Annotated[str, Field(min_length=1, max_length=200)]
    at: Moment
    campaign: CampaignId
    actor: Person
    verb: ControlVerb
    scope: Scope = "campaign"
    until: Moment | None = None
    """Of a freeze: its end."""
    note: Annotated[str, Field(max_length=300)] = ""


class ControlRecorded(Model):
    """One act on the campaign that changed its gate; `number` is the version of the gate that it led to."""

    schema_version: int = SCHEMA_VERSION
    number: int = Field(ge=1)
    at: Moment
    actor: Actor
    signal: str
    verb: ControlVerb
    scope: Scope
    until: Moment | None = None
    note: str = ""
