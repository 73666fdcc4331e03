"""The one grammar of durations, percentages, comparisons and templates, with their units."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from types import UnionType
from typing import Annotated, Final

from pydantic import BeforeValidator

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?")
_PERCENTAGE: Final = re.compile(rf"({_NUMBER.pattern})%")
_COMPARISON: Final = re.compile(r"([a-z][a-z0-9_]{0,39}) ?(<=|>=|==|!=|<|>) ?(\S{1,20})")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_DOTTED: Final = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")
_WHOLE: Final = Decimal(100)


def parse_duration(text: str) -> timedelta:
    """`90s`, `15m`, `24h` or `7d` as a time span; ValueError says which units there are."""
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"{text!r} is not a duration; write a whole number and a unit: 90s, 15m, 24h or 7d"
        raise ValueError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


@dataclass(frozen=True, slots=True, order=True)
class Percentage:
    """A share of a whole, 0 to 100."""

    number: Decimal

    def of(self, count: int) -> Decimal:
        """That share of `count`: 5 % of 66 are 3.3."""
        return self.number * count / _WHOLE

    def __str__(self) -> str:
        return f"{self.number}%"


def parse_percentage(text: str) -> Percentage:
    """`5%` or `0.1%`; ValueError where the sign is missing or it is more than the whole."""
    match = _PERCENTAGE.fullmatch(text)
    if match is None or Decimal(match[1]) > _WHOLE:
        message = f"{text!r} is not a percentage; write a number from 0 to 100 and the sign: 5% or 0.1%"
        raise ValueError(message)
    return Percentage(Decimal(match[1]))


Quantity = Decimal | Percentage | timedelta
"""What can be compared: a plain number, a percentage, or a time span."""
_KINDS: Final[dict[type, str]] = {Decimal: "a number", Percentage: "a percentage", timedelta: "a duration"}
_HOLDS: Final[dict[str, Callable[[Quantity, Quantity], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measured value against a threshold: `error_rate > 0.1%`, `count >= 3`, `lag < 90s`."""

    name: str
    sign: str
    threshold: Quantity

    def holds(self, value: Quantity | int) -> bool:
        """Whether it is true of `value`; ValueError where that has another unit, because it cannot be compared."""
        measured = Decimal(value) if isinstance(value, int) else value
        if type(measured) is not type(self.threshold):
            message = f"{self.name} is compared with {_KINDS[type(self.threshold)]}, and was given as {_KINDS[type(measured)]}"
            raise ValueError(message)
        return _HOLDS[self.sign](measured, self.threshold)


def parse_comparison(text: str) -> Comparison:
    """A name, one of `< <= > >= == !=`, and a number, percentage or duration; ValueError shows one of each."""
    match = _COMPARISON.fullmatch(text)
    if match is None:
        message = f"{text!r} is not a comparison; write for example error_rate > 0.1%, count >= 3 or lag < 90s"
        raise ValueError(message)
    return Comparison(match[1], match[2], _quantity(match[3]))


def _quantity(text: str) -> Quantity:
    if text.endswith("%"):
        return parse_percentage(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return parse_duration(text)


def _checked_by(parse: Callable[[str], object], kinds: type | UnionType = str) -> BeforeValidator:
    """Keeps the text as it was written, once it is known to be readable; whatever is of `kinds` has to be."""

    def checked(given: object) -> object:
        if isinstance(given, kinds):
            parse(str(given))
        return given

    return BeforeValidator(checked)


Duration = Annotated[str, _checked_by(parse_duration, str | int | float)]
"""A bare number is told that its unit is missing, and not that it is no text."""
PercentageText = Annotated[str, _checked_by(parse_percentage)]
ComparisonText = Annotated[str, _checked_by(parse_comparison)]


@lru_cache(maxsize=4096)
def placeholders(template: str) -> tuple[str, ...]:
    """The dotted names that a template asks for, in order; ValueError where a brace holds something else."""
    names = tuple(_PLACEHOLDER.findall(template))
    for name in names:
        if _DOTTED.fullmatch(name) is None:
            message = f"{{{name}}} is not a placeholder; write for example {{resource.id}} or {{environment.name}}"
            raise ValueError(message)
    return names


def has_lone_brace(template: str) -> bool:
    """Whether a brace is opened and never closed, or closed and never opened."""
    return any(brace in _PLACEHOLDER.sub("", template) for brace in "{}")


def render(template: str, scope: Mapping[str, object]) -> str:
    """The template with each placeholder replaced from `scope` (dotted name to value).

    A KeyError names the placeholder that has no value: the plan was checked against the same names when it was published.
    """
    return _PLACEHOLDER.sub(lambda match: _filled_in(scope[match[1]]), template)


def _filled_in(value: object) -> str:
    """A truth as JSON and YAML write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
