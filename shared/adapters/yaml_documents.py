"""Reads one YAML document as plain data and as nodes that know their lines; says in our words what is no such document."""

from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shared.errors import InvalidInputError
from state_schema.secrets import secret_fields

_DEEPEST: Final = 30
_PLAIN_TAG: Final = "tag:yaml.org,2002:"
_PLAIN: Final = frozenset({"map", "seq", "str", "int", "float", "bool", "null", "timestamp"})
_SAID: Final = (
    ("found another document", "a second document begins here (`---`): put each into a file of its own"),
    ("'\\t'", "there is a tab here: indent with blanks"),
    ("could not find expected ':'", "a field without its colon: write `name: value`"),
    ("mapping values are not allowed here", "a colon too many: put a text that holds `: ` in quotes"),
    ("scanning a quoted scalar", "a quotation mark has no partner"),
    ("found unexpected end of stream", "a quotation mark or bracket has no partner"),
    ("parsing a flow", "a bracket or a comma is missing: `[a, b]`, `{a: 1, b: 2}`"),
    ("cannot start any token", "a character that cannot begin a value: put the text in quotes"),
    ("expected <block end>", "this does not fit the indentation of the lines before, or a quotation mark is missing"),
)
"""Parts of what the parser says, and what is meant."""


def nodes_of(name: str, text: str) -> Node | None:
    """The document's nodes; None where there is nothing. InvalidInputError says file, line and what is no plain YAML."""
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as exc:
        raise InvalidInputError((_marked(name, exc),)) from exc
    except (YAMLError, RecursionError) as exc:
        raise InvalidInputError((f"{name}: {_unreadable(exc)}",)) from exc
    if problems := tuple(f"{name}:{line}: {said}" for line, said in _not_plain(node, set(), 0)):
        raise InvalidInputError(problems)
    return node


def data_of(name: str, text: str) -> Any:  # noqa: ANN401 - what the document holds
    """The document as plain data. InvalidInputError as above."""
    try:
        return YAML(typ="safe", pure=True).load(StringIO(text))
    except MarkedYAMLError as exc:
        raise InvalidInputError((_marked(name, exc),)) from exc
    except (YAMLError, ValueError) as exc:
        raise InvalidInputError((f"{name}: a value in it cannot be read: {exc}",)) from exc


def child(node: Node | None, part: str | int) -> tuple[Node, int] | None:
    """What stands at this key or number, and the line (from 1) where that begins."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value, value.start_mark.line + 1
    return None


def _not_plain(node: Node | None, seen: set[int], depth: int) -> Iterator[tuple[int, str]]:
    """Aliases (a few lines of them can stand for billions of values), depths, tags, and keys that stand there twice."""
    if node is None:
        return
    line = node.start_mark.line + 1
    if id(node) in seen:
        yield line, "an alias (`*name`) is not allowed; write the values out"
        return
    if depth > _DEEPEST:
        yield line, f"more than {_DEEPEST} levels is not allowed; write the values out"
        return
    seen.add(id(node))
    tag = str(node.tag or "")
    if tag and tag.removeprefix(_PLAIN_TAG) not in _PLAIN:
        yield line, "a tag (`!name`) is not allowed; write a plain value"
        return
    match node:
        case MappingNode():
            yield from _keys(node)
            for key, value in node.value:
                yield from _not_plain(key, seen, depth + 1)
                yield from _not_plain(value, seen, depth + 1)
        case SequenceNode():
            for value in node.value:
                yield from _not_plain(value, seen, depth + 1)


def _keys(node: MappingNode) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for key, _ in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if not isinstance(key, ScalarNode):
            yield line, "a list or a mapping cannot be the name of a field"
        elif name in first:
            named = "a field" if next(secret_fields(name), None) else f"`{name[:60]}`"
            yield line, f"{named} stands here for the second time, after line {first[name]}: keep one of the two"
        else:
            first[name] = line


def _marked(name: str, exc: MarkedYAMLError) -> str:
    mark = exc.problem_mark or exc.context_mark
    said = " ".join(f"{exc.context or ''} {exc.problem or ''}".split())
    meant = next((meant for part, meant in _SAID if part in said), "something here does not follow YAML's grammar")
    return f"{name}:{mark.line + 1 if mark else 1}: is no valid YAML: {meant}"


def _unreadable(exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        return f"is no YAML that we can read: more than {_DEEPEST} levels"
    return "is no YAML that we can read: it holds characters that no text has"
