"""What is wrong with the shape of one field, in words for the person who wrote it; no library's wording reaches them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

from shared.domain.field_looks import LOOKS
from shared.domain.spelling import close_to
from state_schema.secrets import secret_fields

_TEXT, _WHOLE, _NUMBER, _TRUTH = "text", "a whole number", "a number", "true or false"
_LIST, _MAPPING, _MOMENT = "a list", "a mapping of fields to values", "a date and time with its zone"
_WANTED: Final[dict[str, str]] = {
    "string_type": _TEXT, "string_unicode": _TEXT, "string_sub_type": _TEXT,
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_parsing_size": _WHOLE, "int_from_float": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER, "finite_number": _NUMBER,
    "bool_type": _TRUTH, "bool_parsing": _TRUTH,
    "list_type": _LIST, "tuple_type": _LIST, "set_type": _LIST, "frozen_set_type": _LIST,
    "dict_type": _MAPPING, "mapping_type": _MAPPING, "model_type": _MAPPING, "model_attributes_type": _MAPPING,
    "datetime_type": _MOMENT, "datetime_parsing": _MOMENT, "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT, "timezone_aware": _MOMENT, "date_type": _MOMENT, "date_parsing": _MOMENT,
}  # fmt: skip
"""What the value should be, where it is of another kind."""
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "must be at least"),
    "less_than_equal": ("le", "must be at most"),
    "greater_than": ("gt", "must be more than"),
    "less_than": ("lt", "must be less than"),
}
_PREFIX: Final = "Value error, "
_SHOWN: Final = 60


class Fault(NamedTuple):
    """One thing that a model found wrong with a field, whatever the place: its kind, its details, what was given."""

    kind: str
    message: str
    details: Mapping[str, Any]
    given: object

    @property
    def is_about_kind(self) -> bool:
        """Whether the value is of another kind than is wanted, and so was not looked into."""
        return self.kind in _WANTED or (self.kind == "literal_error" and not isinstance(self.given, str))


def fault_of(error: ErrorDetails) -> Fault:
    """The fault that pydantic tells as `error`."""
    return Fault(error["type"], str(error["msg"]), error.get("ctx") or {}, error.get("input"))


def sentence(faults: Sequence[Fault]) -> str:
    """All that is wrong at one place, where a value may be one of several kinds: what fits the kind that was given."""
    telling = [fault for fault in faults if not fault.is_about_kind]
    if not telling:
        return _other_kind(faults)
    said = "; ".join(dict.fromkeys(_told(fault) for fault in telling))
    moment = any(_WANTED.get(fault.kind) == _MOMENT for fault in faults)
    return f"{said}; or a date and time with its zone: 2026-03-02T09:00:00Z" if moment else said


def kind_of(value: object) -> str:
    """What a value in a file is, for people."""
    match value:
        case None:
            return "empty"
        case str():
            return "text"
        case bool():
            return _TRUTH
        case int():
            return _WHOLE
        case float():
            return "a number with a fraction"
        case date():
            return "a date"
        case list() | tuple():
            return _LIST
        case dict():
            return "a mapping"
        case _:
            return "something else"


def _other_kind(faults: Sequence[Fault]) -> str:
    given = faults[0].given
    wanted = _either(list(dict.fromkeys(_wanted(fault) for fault in faults)))
    if given is None:
        return f"is empty: {wanted} is wanted"
    if isinstance(given, str) and _WHOLE in wanted and given.strip().lstrip("+-").isdigit():
        return f"{wanted} is wanted here, and this has too many digits"
    hint = ""
    if wanted == _LIST and isinstance(given, str | int) and (shown := _shown(given)):
        hint = f"; write [{shown}]"
    elif wanted == _TEXT and isinstance(given, int | float):
        hint = f"; write it in quotes: '{given}'"
    elif _MOMENT in wanted:
        hint = ", such as 2026-03-02T09:00:00Z"
    shown = f" ({shown!r})" if isinstance(given, str) and (shown := _shown(given)) and not hint else ""
    return f"{wanted} is wanted here, and this is {kind_of(given)}{shown}{hint}"


def _either(kinds: list[str]) -> str:
    if _NUMBER in kinds and _WHOLE in kinds:
        kinds.remove(_WHOLE)
    if _TEXT in kinds and _MOMENT in kinds:
        kinds[kinds.index(_TEXT)] = "a duration such as 24h"
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else kinds[0]


def _wanted(fault: Fault) -> str:
    if fault.kind == "literal_error":
        allowed = _allowed(fault)
        return f"one of {', '.join(allowed)}" if len(allowed) > 1 else "".join(allowed)
    return _WANTED[fault.kind]


def _told(fault: Fault) -> str:
    telling: dict[str, Callable[[Fault], str]] = {
        "missing": lambda _: "is missing",
        "value_error": lambda fault: fault.message.removeprefix(_PREFIX),
        "literal_error": _not_allowed,
        "string_pattern_mismatch": _looks_otherwise,
        "string_too_short": _too_short,
        "string_too_long": lambda fault: _too_long(fault, "characters"),
        "too_short": _too_short,
        "too_long": lambda fault: _too_long(fault, "entries"),
    }
    if fault.kind in telling:
        return telling[fault.kind](fault)
    if fault.kind in _BOUNDS:
        name, must = _BOUNDS[fault.kind]
        return f"{must} {fault.details[name]}{_given(fault.given)}"
    return f"is not what is wanted here{_given(fault.given)}"


def _not_allowed(fault: Fault) -> str:
    allowed = _allowed(fault)
    meant = close_to(fault.given, allowed)
    guess = f"did you mean `{meant}`? Allowed: " if meant else "allowed: "
    return f"{_quoted(fault.given)} is not allowed here; {guess}{', '.join(allowed)}"


def _allowed(fault: Fault) -> list[str]:
    """`'a', 'b' or 'c'`, as pydantic lists them."""
    text = str(fault.details.get("expected", "")).replace(" or ", ", ")
    return [one.strip("'").replace("True", "true").replace("False", "false") for one in text.split(", ")]


def _looks_otherwise(fault: Fault) -> str:
    looks = LOOKS.get(str(fault.details.get("pattern")))
    if not fault.given:
        return f"is empty; write {looks}" if looks else "is empty"
    return f"{_quoted(fault.given)} cannot stand here; write {looks or 'it otherwise'}"


def _too_short(fault: Fault) -> str:
    least = fault.details.get("min_length", 1)
    count = _size(fault.given)
    return f"has {count}, and at least {least} are needed" if count else f"is empty; at least {least} is needed"


def _too_long(fault: Fault, what: str) -> str:
    return f"has {_size(fault.given):,} {what}, and {fault.details.get('max_length', 0):,} are the most"


def _given(value: object) -> str:
    return f" (given: {value!r})" if isinstance(value, str | int | float) and _shown(value) else ""


def _shown(value: object) -> str:
    """A value as it may be repeated: short, and empty where it looks like a credential."""
    text = str(value)
    if next(secret_fields(text), None) is not None:
        return ""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _quoted(value: object) -> str:
    shown = _shown(value)
    return repr(shown) if shown else "this"


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | dict | tuple) else 0
