"""What is wrong with the shape of a document: each mistake once, at its place, without what only follows from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from shared.domain.field_words import Fault, fault_of, kind_of, sentence
from shared.domain.spelling import close_to, listed, slip_of, unknown_field
from shared.domain.template_rules import Place, Problem
from state_schema.steps import STEP_KINDS, AnyStep

_KEY: Final = "[key]"
_KINDS: Final = f"a step is exactly one of: {', '.join(STEP_KINDS)}"
_STEP_FIELDS: Final = frozenset(
    info.alias or name for step in get_args(AnyStep) for name, info in step.model_fields.items()
)


class _Found(NamedTuple):
    place: Place
    fault: Fault


def shape_problems(model: type[BaseModel], document: object, errors: Iterable[ErrorDetails]) -> list[Problem]:
    """One problem a place, in the order of `errors`, which are those of `model` about the document."""
    found = list(_significant([_Found(_place(error, document), fault_of(error)) for error in errors]))
    by_place: dict[Place, list[Fault]] = {}
    for place, fault in found:
        by_place.setdefault(place, []).append(fault)
    misspelled = dict(_misspelled(by_place))
    problems: list[Problem] = []
    for place, faults in by_place.items():
        kinds = {fault.kind for fault in faults}
        if kinds == {"missing"} and place in misspelled.values():
            continue
        if "step_kind" in kinds:
            problems.append(_no_step(at(document, place), place))
        elif "extra_forbidden" in kinds:
            meant = misspelled.get(place)
            known = [str(meant[-1])] if meant else fields_at(model, document, place[:-1])
            problems.append((place, unknown_field(place[-1], known)))
        elif (own := _slip(model, document, place)) is not None:
            problems.append((place, unknown_field(place[-1], [own])))
        else:
            problems.append((place, sentence(faults)))
    return problems


def at(document: object, place: Place) -> object:
    """What stands at the place; None where nothing does."""
    for part in place:
        document = _inner(document, part) if _has(document, part) else None
    return document


def fields_at(model: type[BaseModel], document: object, place: Place) -> list[str]:
    """The names of the fields that the mapping at this place may have; empty where any may."""
    kinds: list[Any] = [model]
    for number, part in enumerate(place):
        inside = [one for kind in kinds for one in _inside(kind, part)]
        kinds = _alike(inside, at(document, place[: number + 1]))
    models = [kind for kind in kinds if _is_model(kind)]
    return _names(models[0]) if models else []


def _place(error: ErrorDetails, document: object) -> Place:
    """Without what pydantic adds for unions and keys, and is no field of the document."""
    kept: list[str | int] = []
    parts = error["loc"]
    for number, part in enumerate(parts):
        is_tag = kept[-2:-1] == ["steps"] and part in STEP_KINDS and parts[number - 1] == kept[-1]
        if _has(document, part) and not is_tag:
            document = _inner(document, part)
        elif error["type"] != "missing" or number + 1 < len(parts) or part == _KEY:
            continue
        kept.append(part)
    return tuple(kept)


def _significant(found: Sequence[_Found]) -> Iterator[_Found]:
    """Without what only follows from other faults, or belongs to a branch of a union that was not meant."""
    deeper = {one.place[:depth] for one in found for depth in range(len(one.place))}
    for one in found:
        fault = one.fault
        size = len(fault.given) if isinstance(fault.given, Sequence | Mapping) else 0
        if fault.kind == "too_short" and size >= fault.details.get("min_length", 0):
            continue
        if fault.is_about_kind and one.place in deeper and isinstance(fault.given, list | dict):
            continue
        yield one


def _slip(model: type[BaseModel], document: object, place: Place) -> str | None:
    """The field that was meant, where any further one may stand, and what stands there is none of those."""
    known = fields_at(model, document, place[:-1]) if place else []
    return None if not known or place[-1] in known else slip_of(place[-1], known)


def _misspelled(by_place: Mapping[Place, Sequence[Fault]]) -> Iterator[tuple[Place, Place]]:
    """(unknown field, missing field beside it that was meant)."""
    kinds = {place: {fault.kind for fault in faults} for place, faults in by_place.items()}
    for place in (place for place, found in kinds.items() if "extra_forbidden" in found):
        missing = [str(one[-1]) for one, found in kinds.items() if one[:-1] == place[:-1] and "missing" in found]
        if (meant := close_to(place[-1], missing)) is not None:
            yield place, (*place[:-1], meant)


def _no_step(step: object, place: Place) -> Problem:
    if not isinstance(step, dict):
        return place, f"{_KINDS}; this is {kind_of(step)}. Write for example {{id: check, skill: verify}}"
    named = [kind for kind in STEP_KINDS if kind in step]
    if len(named) > 1:
        both = " and ".join(f"`{kind}`" for kind in named)
        return (*place, named[1]), f"{_KINDS}; this has {both}: make {len(named)} steps of it"
    strange = [key for key in step if key not in _STEP_FIELDS]
    for key in strange:
        if (meant := close_to(key, STEP_KINDS)) is not None:
            return (*place, key), f"there is no such field; did you mean `{meant}`? {_KINDS.capitalize()}"
    if strange:
        return (*place, strange[0]), f"there is no such field. {_KINDS.capitalize()}"
    return place, f"{_KINDS}; this has {listed([str(key) for key in step]) or 'nothing'}"


def _inside(kind: Any, part: str | int) -> Iterator[Any]:  # noqa: ANN401 - a type, as annotations have them
    """The types of what stands at `part` in a value of this type."""
    if _is_model(kind):
        named = (info for name, info in kind.model_fields.items() if part in {name, info.alias})
        yield from (branch for info in named for branch in _branches(info.annotation))
    elif get_origin(kind) in {tuple, list} and get_args(kind):
        yield from _branches(get_args(kind)[0])
    elif get_origin(kind) is dict:
        yield from _branches(get_args(kind)[1])


def _branches(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """The types in a union, without annotations."""
    if hasattr(kind, "__metadata__"):
        yield from _branches(kind.__origin__)
    elif not isinstance(kind, type) and get_origin(kind) not in {tuple, list, dict, None} and get_args(kind):
        for branch in get_args(kind):
            yield from _branches(branch)
    else:
        yield kind


def _alike(kinds: Sequence[Any], value: object) -> list[Any]:
    """Those with the most fields that the value has too, first; others behind them."""
    keys = set(value) if isinstance(value, dict) else set()
    return sorted(kinds, key=lambda kind: -len(keys.intersection(_names(kind))) if _is_model(kind) else 0)


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _names(model: Any) -> list[str]:  # noqa: ANN401 - a model's class
    return [info.alias or name for name, info in model.model_fields.items()]


def _has(document: object, part: str | int) -> bool:
    if isinstance(document, dict):
        return part in document
    return isinstance(document, list) and isinstance(part, int) and part < len(document)


def _inner(document: Any, part: str | int) -> object:  # noqa: ANN401 - a list or a mapping
    return document[part]
