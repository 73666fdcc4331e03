"""The one grammar of durations and templates, with their units."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_DOTTED: Final = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")


def parse_duration(text: str) -> timedelta:
    """`90s`, `15m`, `24h` or `7d` as a time span; ValueError says which units there are."""
    match = _DURATION.fullmatch(text)
    if match is None:
        message = f"{text!r} is not a duration; write a whole number and a unit: 90s, 15m, 24h or 7d"
        raise ValueError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _checked_duration(text: str) -> str:
    parse_duration(text)
    return text


Duration = Annotated[str, AfterValidator(_checked_duration)]


def placeholders(template: str) -> tuple[str, ...]:
    """The dotted names that a template asks for, in order; ValueError where a brace holds something else."""
    names = tuple(_PLACEHOLDER.findall(template))
    for name in names:
        if _DOTTED.fullmatch(name) is None:
            message = f"{{{name}}} is not a placeholder; write for example {{resource.id}} or {{environment.name}}"
            raise ValueError(message)
    return names


def render(template: str, scope: Mapping[str, object]) -> str:
    """The template with each placeholder replaced from `scope` (dotted name to value).

    A KeyError names the placeholder that has no value: the plan was checked against the same names when it was published.
    """
    return _PLACEHOLDER.sub(lambda match: str(scope[match[1]]), template)
