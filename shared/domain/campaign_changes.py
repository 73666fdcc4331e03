"""What the file of a campaign changes in the one that is stored: field by field, as the file names them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from state_schema.campaign import Campaign, Resource
from state_schema.json_values import Json

_SETTINGS: Final = frozenset(Campaign.model_fields) - {"schema_version", "id", "resources", "gone"}
_IN_PARTS: Final = frozenset({"people", "gates", "limits", "breaker", "reminders"})


class Change(NamedTuple):
    """One field (`owner`, `people.operators`) and its values as JSON; None where it says nothing."""

    field: str
    before: Json
    after: Json


class Changes(NamedTuple):
    """`resources`: what the file says otherwise of one that it named before; `gone`: those that it names no more.

    `settings`: all else, which counts from now on.
    """

    resources: Mapping[str, tuple[Change, ...]] = MappingProxyType({})
    gone: tuple[str, ...] = ()
    settings: tuple[Change, ...] = ()


def changes_between(before: Campaign, after: Campaign) -> Changes:
    """What applying `after` changes in `before`, besides the resources that are new."""
    earlier = {one.id: one for one in (*before.gone, *before.resources)}
    there = {one.id for one in after.resources}
    resources = {one.id: _of_resource(earlier[one.id], one) for one in after.resources if one.id in earlier}
    return Changes(
        resources={name: found for name, found in resources.items() if found},
        gone=tuple(one.id for one in before.resources if one.id not in there),
        settings=_of_settings(before, after),
    )


def _of_resource(before: Resource, after: Resource) -> tuple[Change, ...]:
    return () if before == after else tuple(_between(before.model_dump(mode="json"), after.model_dump(mode="json")))


def _of_settings(before: Campaign, after: Campaign) -> tuple[Change, ...]:
    old, new = (one.model_dump(mode="json", include=set(_SETTINGS)) for one in (before, after))
    return tuple(_between(old, new, _IN_PARTS))


def _between(before: dict[str, Any], after: dict[str, Any], in_parts: frozenset[str] = frozenset()) -> Iterator[Change]:
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if field in in_parts:
            for part in _between(old or {}, new or {}):
                yield part._replace(field=f"{field}.{part.field}")
        elif old != new:
            yield Change(field, old, new)
