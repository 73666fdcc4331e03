"""JSON as it may be stored: every number is one. What is not equal to itself would fence every order that carries it."""

from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, JsonValue


def is_finite(value: JsonValue) -> bool:
    """Whether no number in the value, however deep, is NaN or infinite."""
    match value:
        case float():
            return isfinite(value)
        case list():
            return all(map(is_finite, value))
        case dict():
            return all(map(is_finite, value.values()))
        case _:
            return True


def _finite(value: JsonValue) -> JsonValue:
    if not is_finite(value):
        message = "NaN and infinity are no numbers that can be stored or compared; write a number, or a text"
        raise ValueError(message)
    return value


Json = Annotated[JsonValue, AfterValidator(_finite)]
"""Any JSON value without NaN and infinity."""
