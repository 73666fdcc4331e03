"""Which names a template in a plan may use, at the step where it stands."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from state_schema.grammar import has_lone_brace, placeholders
from state_schema.plan import Phase, Plan

Place = tuple[str | int, ...]
"""Keys and list indexes that lead to a field."""
Problem = tuple[Place, str]
"""Where in the file, and one sentence."""
_NAMES: Final = (
    "resource.id", "resource.name", "resource.owner", "resource.wave", "campaign.id", "plan.name", "plan.version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """Where a step stands: its plan, its phase, and the steps before it (`<phase>.<step>` to the step's id).

    `uncertain` are those of them in other phases that a resource may leave out. `decided`: of those that are decisions,
    the outputs, and whether each always has a value. `opens`: of each earlier id, whether its nearest step opens a pull
    request.
    """

    plan: Plan
    phase: Phase
    earlier: dict[str, str]
    uncertain: frozenset[str] = frozenset()
    decided: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    opens: Mapping[str, bool] = field(default_factory=dict)


def template_problems(around: Around, value: JsonValue, place: Place) -> Iterator[Problem]:
    """Everything wrong with the templates in this value."""
    match value:
        case str():
            yield from _names(around, value, place)
        case dict():
            for key, item in value.items():
                yield from template_problems(around, item, (*place, key))
        case list():
            for number, item in enumerate(value):
                yield from template_problems(around, item, (*place, number))
        case _:
            return


def _names(around: Around, template: str, place: Place) -> Iterator[Problem]:
    try:
        names = placeholders(template)
    except ValueError as exc:
        yield place, str(exc)
        return
    if has_lone_brace(template):
        yield place, "a brace stands alone; a placeholder is opened and closed: {resource.id}"
    for name in names:
        if (step := name.removeprefix("outputs.").rpartition(".")[0]) in around.uncertain:
            optional = step.partition(".")[0]
            yield place, f"{{{name}}} has no value where a resource leaves out {optional!r}, which is optional"
        path, _, output = name.removeprefix("outputs.").rpartition(".")
        if name.startswith("outputs.") and path in around.decided:
            yield from _decided(around.decided[path], path, output, place)
        elif not _known(around, name):
            known = [
                *_NAMES,
                "resource.metadata.<key>",
                *_environment_names(around),
                "outputs.<phase>.<step>.<name>",
            ]
            yield place, f"{{{name}}} names nothing here; known: {', '.join(known)}"


def _decided(outputs: Mapping[str, bool], path: str, output: str, place: Place) -> Iterator[Problem]:
    if output not in outputs:
        close = difflib.get_close_matches(output, outputs, n=1)
        meant = f"did you mean {{outputs.{path}.{close[0]}}}?" if close else f"it has: {', '.join(outputs) or 'none'}"
        yield place, f"{{outputs.{path}.{output}}} names no answer of that decision; {meant}"
    elif not outputs[output]:
        text = f"{{outputs.{path}.{output}}} may have no value: make the field required, or give it a default"
        yield place, text


def _known(around: Around, name: str) -> bool:
    if name in _NAMES or name in _environment_names(around) or name.startswith("resource.metadata."):
        return True
    root, _, rest = name.partition(".")
    return root == "outputs" and rest.rpartition(".")[0] in around.earlier


def _environment_names(around: Around) -> list[str]:
    if around.phase.scope == "shared":
        return []
    attributes = [set(environment.__pydantic_extra__) for environment in around.plan.environments.values()]
    return ["environment.name", *sorted(f"environment.{name}" for name in set.intersection(*attributes))]
