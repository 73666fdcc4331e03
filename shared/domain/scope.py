"""The names that templates may use, and their values for one track of one migration."""

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import JsonValue

from shared.domain.view import View
from state_schema.grammar import placeholders, render
from state_schema.ids import SHARED_TRACK

_NONE: Final[frozenset[str]] = frozenset()


def scope_of(view: View, track: str, *, with_outputs: bool = True) -> Mapping[str, object]:
    """Dotted name to value: resource, campaign, plan, environment, and the outputs of steps that are done."""
    resource = view.state.resource
    scope: dict[str, object] = {
        "resource.id": resource.id,
        "resource.name": resource.name or resource.id,
        "resource.owner": resource.owner or "",
        "resource.wave": resource.wave,
        "campaign.id": view.campaign.id,
        "migration.started_by": view.state.started_by or "",
        "plan.name": view.plan.name,
        "plan.version": view.plan.version,
    }
    scope |= {f"resource.metadata.{key}": value for key, value in resource.metadata.items()}
    environment = view.plan.environments.get(track)
    if environment is not None:
        scope["environment.name"] = track
        scope |= {f"environment.{key}": value for key, value in environment.__pydantic_extra__.items()}
    if with_outputs:
        for name in (SHARED_TRACK, track):
            found = view.state.tracks.get(name)
            for path, step in found.steps.items() if found else ():
                scope |= {f"outputs.{path}.{key}": value for key, value in step.outputs.items()}
    return scope


def scope_for(view: View, track: str, names: Collection[str]) -> Mapping[str, object]:
    """What these names need of the scope: outputs are many, and few templates ask for one."""
    return scope_of(view, track, with_outputs=any(name.startswith("outputs.") for name in names)) if names else {}


def rendered(value: JsonValue, scope: Mapping[str, object]) -> JsonValue:
    """The value with every template in it rendered."""
    match value:
        case str():
            return render(value, scope) if "{" in value else value
        case list():
            return [rendered(item, scope) for item in value]
        case dict():
            return {key: rendered(item, scope) for key, item in value.items()}
        case _:
            return value


def names_in(value: JsonValue) -> frozenset[str]:
    """Every placeholder's name in the value."""
    match value:
        case str():
            return frozenset(placeholders(value)) if "{" in value else _NONE
        case list():
            return _NONE.union(*map(names_in, value))
        case dict():
            return _NONE.union(*map(names_in, value.values()))
        case _:
            return _NONE
