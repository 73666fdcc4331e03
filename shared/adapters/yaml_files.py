"""Reads plan and campaign files: every problem at once, each with file, line and field."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from shared.errors import InvalidInputError
from state_schema.secrets import CREDENTIAL, secret_places
from state_schema.steps import STEP_KINDS

LARGEST: Final = 1_000_000
"""Bytes. A plan of fifty phases is a hundredth of this."""
_DEEPEST: Final = 30
_STAND_INS: Final[dict[str | int, object]] = {"version": 1, "wait": "1s"}
"""For fields that no plan can do without, while the rest of it is checked."""
Found = TypeVar("Found", bound=BaseModel)
Problem = tuple[tuple[str | int, ...], str]


class YamlFile:
    """One document as plain data, and the line of each of its fields."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.root = _composed(name, text)
        self.data = _loaded(name, text)

    @classmethod
    def read(cls, path: Path) -> "YamlFile":
        """The file's document; InvalidInputError where it cannot be read, is too large, or is no YAML."""
        try:
            if path.stat().st_size > LARGEST:
                raise InvalidInputError((f"{path}: larger than {LARGEST:,} bytes; this is no plan or campaign",))
            return cls(str(path), path.read_text(encoding="utf-8"))
        except OSError as exc:
            raise InvalidInputError((f"{path}: cannot be read: {exc.strerror}",)) from exc
        except UnicodeDecodeError as exc:
            raise InvalidInputError((f"{path}: is not UTF-8 text",)) from exc

    def parsed(self, model: type[Found], rules: Callable[[Found], Iterable[Problem]] | None = None) -> Found:
        """The document as a model that also keeps `rules`; InvalidInputError lists all that is wrong."""
        hidden = dict.fromkeys(secret_places(self.data))
        problems: list[Problem] = [(place, CREDENTIAL) for place in hidden]
        try:
            found = model.model_validate(self.data)
        except ValidationError as exc:
            errors = [(_without_tags(error["loc"], self.data), error) for error in exc.errors()]
            # What is wrong besides with a credential would be told by repeating it.
            shown = [one for one in errors if one[0] not in hidden and CREDENTIAL not in one[1]["msg"]]
            problems += [(place, _sentence(error)) for place, error in shown]
            mended = _mended(model, self.data, [place for place, _ in problems])
            problems += [] if mended is None or rules is None else rules(mended)
            raise self.refused(problems) from exc
        if rules is not None and (broken := [*problems, *rules(found)]):
            raise self.refused(broken)
        return found

    def refused(self, problems: Iterable[Problem]) -> InvalidInputError:
        """The error that lists these problems with file, line and field."""
        return InvalidInputError(
            tuple(f"{self.name}:{self.line(place)}: {_field(place)}: {sentence}" for place, sentence in problems)
        )

    def line(self, place: tuple[str | int, ...]) -> int:
        """The line (from 1) of the field, or of the nearest thing around it that is there."""
        node, line = self.root, 1
        for part in place:
            found = _child(node, part)
            if found is None:
                break
            node, line = found
        return line


def _mended(model: type[Found], data: dict[str, Any], places: Iterable[tuple[str | int, ...]]) -> Found | None:
    """The document without what is wrong with its shape, so that its rules are checked in the same go.

    None where too much is wrong for that.
    """
    whole = deepcopy(data)
    for place in places:
        around: object = whole
        for part in place[:-1]:
            around = _at(around, part)
        if isinstance(around, dict) and place:
            name = place[-1]
            around.pop(name, None)
            if name in _STAND_INS:
                around[name] = _STAND_INS[name]
    try:
        return model.model_validate(whole)
    except ValidationError:
        return None


def _composed(name: str, text: str) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as exc:
        raise InvalidInputError((_marked(name, exc),)) from exc
    except (YAMLError, RecursionError) as exc:
        raise InvalidInputError((f"{name}: is no YAML that we can read: {type(exc).__name__}",)) from exc
    _refuse_references(name, node, set(), 0)
    return node


def _refuse_references(name: str, node: Node | None, seen: set[int], depth: int) -> None:
    """An anchor used twice is refused: a few lines of them can stand for billions of values."""
    if node is None:
        return
    if id(node) in seen or depth > _DEEPEST:
        what = "an alias (`*name`)" if id(node) in seen else f"more than {_DEEPEST} levels"
        raise InvalidInputError((f"{name}:{node.start_mark.line + 1}: {what} is not allowed; write the values out",))
    seen.add(id(node))
    match node:
        case MappingNode():
            for key, value in node.value:
                _refuse_references(name, key, seen, depth + 1)
                _refuse_references(name, value, seen, depth + 1)
        case SequenceNode():
            for value in node.value:
                _refuse_references(name, value, seen, depth + 1)


def _loaded(name: str, text: str) -> dict[str, Any]:
    try:
        data = YAML(typ="safe", pure=True).load(StringIO(text))
    except MarkedYAMLError as exc:
        raise InvalidInputError((_marked(name, exc),)) from exc
    except (YAMLError, ValueError) as exc:
        raise InvalidInputError((f"{name}: {exc}",)) from exc
    if not isinstance(data, dict):
        raise InvalidInputError((f"{name}:1: must be a mapping of fields to values, and is {type(data).__name__}",))
    return data


def _marked(name: str, exc: MarkedYAMLError) -> str:
    mark = exc.problem_mark or exc.context_mark
    problem = " ".join(str(exc.problem or exc.context).split())
    return f"{name}:{mark.line + 1 if mark else 1}: is no valid YAML: {problem}"


def _child(node: Node | None, part: str | int) -> tuple[Node, int] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value, value.start_mark.line + 1
    return None


def _without_tags(place: tuple[str | int, ...], data: object) -> tuple[str | int, ...]:
    """Leaves out what pydantic adds for unions (`skill`, `dict[…]`) and is no field of the document."""
    kept: list[str | int] = []
    for number, part in enumerate(place):
        if place[number - 2 : number - 1] == ("steps",) and part in STEP_KINDS:
            continue
        inner = _at(data, part)
        if inner is not None:
            data = inner
        elif number + 1 < len(place):
            continue
        kept.append(part)
    return tuple(kept)


def _at(data: object, part: str | int) -> object | None:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]  # type: ignore[no-any-return]  # a list of anything
    return None


def _field(place: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.lstrip(".") or "the document"


def _sentence(error: ErrorDetails) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "there is no such field; check its spelling"
    given = error.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) and len(str(given)) <= 60 else ""  # noqa: PLR2004 - fits a line
    return f"{message}{shown}"
