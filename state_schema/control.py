"""Acts on a whole campaign, and what is recorded of them."""

from typing import Annotated, Literal

from pydantic import Field

from state_schema.gate import Scope
from state_schema.ids import Actor, CampaignId, Person
from state_schema.model import SCHEMA_VERSION, Model, Moment

ControlVerb = Literal["pause", "resume", "open-wave", "freeze", "except"]
RecordedVerb = ControlVerb | Literal["link-code", "link-guess", "link", "unlink"]
"""`link-code`: somebody was given a code; `link-guess`: a wrong one was tried; `link`: an account was proven."""


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
    """One act on the campaign that changed its gate; `number` is the version of the gate that it led to.

    `previous` and `hash` chain it to the act before; both are None in what was recorded before there was a chain.
    """

    schema_version: int = SCHEMA_VERSION
    number: int = Field(ge=1)
    at: Moment
    actor: Actor
    signal: str
    verb: RecordedVerb
    scope: Scope
    until: Moment | None = None
    note: str = ""
    person: Person | None = None
    """Of a link: the other id that is, or was, the same person; of a code: the account that alone may use it."""
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] | None = None
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
