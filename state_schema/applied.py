"""What is recorded of each application of a campaign's file: the history of the campaign aggregate."""

from typing import Annotated

from pydantic import Field, JsonValue

from state_schema.model import SCHEMA_VERSION, Model, Moment


class CampaignApplied(Model):
    """A campaign's file was applied; `number` is the version of the campaign that it led to.

    `campaign` is the document as it was stored then, so that fields of later releases change no hash.
    `previous` and `hash` chain it to the application before; both are None in what was recorded before there was a chain.
    """

    schema_version: int = SCHEMA_VERSION
    number: int = Field(ge=1)
    at: Moment
    actor: str
    campaign: dict[str, JsonValue]
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] | None = None
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
