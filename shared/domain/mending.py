"""A document without what is wrong with its shape, so that the rules of the rest are checked in the same go."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from shared.domain.shape_problems import at, shape_problems
from shared.domain.spelling import close_to
from shared.domain.template_rules import Place
from state_schema.steps import STEP_KINDS

_STAND_INS: Final[dict[str | int, object]] = {
    "name": "unnamed",
    "version": 1,
    "wait": "1s",
    "ask": "?",
    "resume": "unnamed",
    "steps": [{"id": "unnamed", "wait": "1s"}],
    "phases": [{"name": "unnamed", "steps": [{"id": "unnamed", "wait": "1s"}]}],
}
"""For fields that no plan can do without, while the rest of it is checked."""
_STEP_OF_ANY_USE: Final = {"skill": "open_pull_request", "with": {"repository": "a/b", "template": "c"}}
"""Later steps may name it, whatever they want of it."""
_STEP: Final = 4
"""Parts of the place of a step: `phases`, a number, `steps`, a number."""
Found = TypeVar("Found", bound=BaseModel)


def mended(model: type[Found], document: dict[str, Any], wrong: Iterable[Place]) -> Found | None:
    """The document as a model, without what is wrong at these places; None where too much is wrong for that."""
    whole = deepcopy(document)
    for place in wrong:
        _take_out(whole, place)
    for mend in (_take_out, _replace_step):
        for place in _wrong(model, whole):
            mend(whole, place)
    try:
        return model.model_validate(whole)
    except ValidationError:
        return None


def _wrong(model: type[BaseModel], document: dict[str, Any]) -> list[Place]:
    try:
        model.model_validate(document)
    except ValidationError as exc:
        return [place for place, _ in shape_problems(model, document, exc.errors())]
    return []


def _take_out(whole: dict[str, Any], place: Place) -> None:
    around = at(whole, place[:-1])
    if not isinstance(around, dict) or not place:
        return
    taken = around.pop(place[-1], None)
    kind = close_to(place[-1], STEP_KINDS)
    if _is_step(place[:-1]) and kind is not None and not any(one in around for one in STEP_KINDS):
        around[kind] = taken
    elif (small := str(place[-1]).lower()) != place[-1] and small not in around:
        around[small] = taken
    elif place[-1] in _STAND_INS:
        around[place[-1]] = deepcopy(_STAND_INS[place[-1]])


def _replace_step(whole: dict[str, Any], place: Place) -> None:
    """What is too wrong to be mended becomes another step; others may still name it."""
    if not _is_step(place[:_STEP]):
        return
    steps = at(whole, place[: _STEP - 1])
    number = place[_STEP - 1]
    if isinstance(steps, list) and isinstance(number, int):
        step = steps[number]
        name = step.get("id") if isinstance(step, dict) else None
        known = name if isinstance(name, str) and place[_STEP:] != ("id",) else f"unnamed_{number}"
        steps[number] = {"id": known, **_STEP_OF_ANY_USE}


def _is_step(place: Place) -> bool:
    return len(place) == _STEP and (place[0], place[2]) == ("phases", "steps")
