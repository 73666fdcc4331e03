"""The one configuration that every stored or sent model shares."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

SCHEMA_VERSION: Final = 1
"""Version of the stored form. Raise it together with a function in `upcast`."""


class Model(BaseModel):
    """Frozen, and closed: an unknown field is an error, because it is a typo or a newer schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="constants")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with a zone, kept in UTC; a naive time is refused."""
