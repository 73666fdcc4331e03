"""Checks of JSON values that add up to the description of a document; they find fault in the words that Slack uses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

Found = Iterator[tuple[str, str]]
"""(sentence, JSON pointer) pairs."""
Check = Callable[[object, str], Found]
"""Finds what is wrong with a value at a JSON pointer."""


class Field(NamedTuple):
    """One field of a structure."""

    check: Check
    required: bool = False


def string(longest: int, shortest: int = 1) -> Check:
    """Text of so many characters."""

    def check(value: object, at: str) -> Found:
        if not isinstance(value, str):
            yield "must be a string", at
        elif len(value) > longest:
            yield f"must be less than {longest + 1} characters", at
        elif len(value) < shortest:
            yield f"must be more than {shortest - 1} characters", at

    return check


def whole(least: int, most: int) -> Check:
    """A whole number within these bounds."""

    def check(value: object, at: str) -> Found:
        if type(value) is not int or not least <= value <= most:
            yield f"must be an integer from {least} to {most}", at

    return check


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(value: object, at: str) -> Found:
        if value not in allowed:
            yield f"must be one of: {', '.join(allowed)}", at

    return check


def boolean(value: object, at: str) -> Found:
    """True or false."""
    if not isinstance(value, bool):
        yield "must be a boolean", at


def array(item: Check, most: int, unique: str = "") -> Check:
    """One to `most` items; no two of them with the same text in the field `unique`."""

    def check(value: object, at: str) -> Found:
        if not isinstance(value, Sequence) or isinstance(value, str):
            yield "must be an array", at
            return
        if not value:
            yield "must have at least 1 item", at
        if len(value) > most:
            yield f"no more than {most} items allowed", at
        for number, entry in enumerate(value):
            yield from item(entry, f"{at}/{number}")
        if unique:
            yield from _repeated(value, unique, at)

    return check


def _repeated(entries: Sequence[object], name: str, at: str) -> Found:
    seen: set[object] = set()
    for number, entry in enumerate(entries):
        value = entry.get(name) if isinstance(entry, Mapping) else None
        if isinstance(value, str) and value in seen:
            yield f"`{name}` {value!r} already exists", f"{at}/{number}/{name}"
        seen.add(value if isinstance(value, str) else None)


def structure(fields: Mapping[str, Field], either: tuple[str, ...] = ()) -> Check:
    """An object with these fields and no others, and at least one of `either`."""

    def check(value: object, at: str) -> Found:
        if not isinstance(value, Mapping):
            yield "must be an object", at
            return
        for name in sorted(value.keys() - fields.keys() - {"type"}):
            yield f"invalid additional property: {name}", at
        for name, field in fields.items():
            if name in value:
                yield from field.check(value[name], f"{at}/{name}")
            elif field.required:
                yield f"missing required field: {name}", at
        if either and not any(name in value for name in either):
            yield f"must define either {' or '.join(f'`{name}`' for name in either)}", at

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of these checks is for it."""

    def check(value: object, at: str) -> Found:
        if not isinstance(value, Mapping):
            yield "must be an object", at
        elif not isinstance(value.get("type"), str):
            yield "missing required field: type", at
        elif value["type"] not in kinds:
            yield f"unsupported type: {value['type']}", f"{at}/type"
        else:
            yield from kinds[value["type"]](value, at)

    return check
