"""The one configuration that every stored or sent model shares."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, ParamSpec, Self, TypeVar, cast

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

SCHEMA_VERSION: Final = 1
"""Version of the stored form. Raise it together with a function in `upcast`."""
_set_given = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
Arguments = ParamSpec("Arguments")
AnyModel = TypeVar("AnyModel", bound=BaseModel)


class Model(BaseModel):
    """Frozen, and closed: an unknown field is an error, because it is a typo or a newer schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="constants")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's own, many times as fast: each event of a step copies state, track and step.

        `model_fields_set` stays what the original was made with.
        """
        if deep or self.__pydantic_extra__ is not None or self.__pydantic_private__ is not None:
            return super().model_copy(update=update, deep=deep)
        return _put_together(type(self), self.__pydantic_fields_set__, self.__dict__, update or {})


def unchecked(model: Callable[Arguments, AnyModel]) -> Callable[Arguments, AnyModel]:
    """The model's constructor (keyword arguments, by field name) without validation, at a third of the cost.

    Only for values that are valid already, because they come out of models: mypy still sees to names and types.
    """
    made = cast("type[AnyModel]", model)
    absent = {name: field.get_default(call_default_factory=True) for name, field in made.model_fields.items()}
    every = set(absent)

    def make(*_: Arguments.args, **values: Arguments.kwargs) -> AnyModel:
        return _put_together(made, every, absent, values)

    return make


def _put_together(
    model: type[AnyModel], given: set[str], values: Mapping[str, Any], changes: Mapping[str, Any]
) -> AnyModel:
    """An instance with these values, as pydantic itself makes one without validation."""
    made = object.__new__(model)
    fields = made.__dict__
    fields |= values
    fields |= changes
    _set_given(made, given)
    _set_extra(made, None)
    _set_private(made, None)
    return made


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except OverflowError as exc:
        message = f"{moment.isoformat()} is not within the years 1 to 9999 of UTC"
        raise ValueError(message) from exc


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with a zone, kept in UTC; a naive time is refused."""
