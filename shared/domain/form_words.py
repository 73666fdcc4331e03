"""The fields and answers of a form in words: what would be right, and what was said."""

import json
from collections.abc import Mapping
from typing import Final, assert_never

from pydantic import JsonValue

from state_schema.forms import FormField

_LISTED: Final = 10


def wanted(field: FormField) -> str:
    """What would be right: `a whole number from 1 to 64`, `one of small, large`."""
    if field.enum is not None:
        more = f" and {len(field.enum) - _LISTED} more" if len(field.enum) > _LISTED else ""
        return f"one of {', '.join(written(value) for value in field.enum[:_LISTED])}{more}"
    match field.type:
        case "boolean":
            return "true or false"
        case "integer":
            return f"a whole number{_range(field.minimum, field.maximum)}"
        case "number":
            return f"a number{_range(field.minimum, field.maximum)}"
        case "string":
            shape = f" that fits `{field.pattern}`" if field.pattern else ""
            return f"text{_length(field.min_length or 0, field.max_length)}{shape}"
        case _:
            assert_never(field.type)


def written(value: JsonValue) -> str:
    """One answer as people type and read it: `true`, `8`, `large`."""
    return value if isinstance(value, str) else json.dumps(value)


def shown(answers: Mapping[str, JsonValue]) -> str:
    """`workers = 8, pool = small`."""
    return ", ".join(f"{name} = {written(value)}" for name, value in answers.items())


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {written(least)} to {written(most)}"
    if least is not None:
        return f" of {written(least)} or more"
    return f" of {written(most)} or less" if most is not None else ""


def _length(least: int, most: int | None) -> str:
    if most is not None:
        return f" of {least} to {most} characters" if least else f" of at most {most} characters"
    return f" of at least {least} characters" if least else ""
