"""Reads plan and campaign files: every problem at once, each with file, line and field."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from shared.adapters.yaml_documents import child, data_of, nodes_of
from shared.domain.field_words import kind_of
from shared.domain.mending import mended
from shared.domain.shape_problems import at, shape_problems
from shared.domain.template_rules import Problem
from shared.errors import FileProblem, InvalidFileError, InvalidInputError
from state_schema.campaign import Campaign
from state_schema.plan import Plan
from state_schema.secrets import CREDENTIAL, credential_places, secret_places

LARGEST: Final = 1_000_000
"""Bytes. A plan of fifty phases is a hundredth of this."""
STANDARD_INPUT: Final = "-"
_PLAN_FIELDS: Final = frozenset({"phases", "environments", "version"})
_CAMPAIGN_FIELDS: Final = frozenset({"campaign", "resources", "people"})
Found = TypeVar("Found", bound=BaseModel)


class YamlFile:
    """One document as plain data, and the line of each of its fields."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.root = nodes_of(name, text)
        data = data_of(name, text)
        if data is None:
            raise InvalidInputError((f"{name}: is empty: there is nothing in it, or only comments",))
        if not isinstance(data, dict):
            raise InvalidInputError((f"{name}:1: must be a mapping of fields to values, and is {kind_of(data)}",))
        self.data: dict[str, Any] = data

    @classmethod
    def read(cls, path: Path) -> "YamlFile":
        """The document of a file, or of `-`, standard input.

        InvalidInputError where it cannot be read, is too large, or is no YAML.
        """
        name = "<stdin>" if str(path) == STANDARD_INPUT else str(path)
        try:
            return cls(name, _read(path, name).decode("utf-8-sig"))
        except OSError as exc:
            raise InvalidInputError((f"{name}: cannot be read: {exc.strerror}",)) from exc
        except UnicodeDecodeError as exc:
            raise InvalidInputError((f"{name}: is not UTF-8 text; save it as UTF-8",)) from exc

    def parsed(self, model: type[Found], rules: Callable[[Found], Iterable[Problem]] | None = None) -> Found:
        """The document as a model that also keeps `rules`; InvalidInputError lists all that is wrong."""
        if (mistaken := _mistaken(model, self.data)) is not None:
            raise InvalidInputError((f"{self.name}: {mistaken}",))
        hidden = dict.fromkeys([*secret_places(self.data), *credential_places(self.data)])
        problems: list[Problem] = [(place, CREDENTIAL) for place in hidden]
        try:
            found = model.model_validate(self.data)
        except ValidationError as exc:
            # What is wrong besides with a credential would be told by repeating it.
            shapes = shape_problems(model, self.data, exc.errors())
            problems += [one for one in shapes if one[0] not in hidden and CREDENTIAL not in one[1]]
            whole = None if rules is None else mended(model, self.data, [place for place, _ in problems])
            problems += [] if whole is None or rules is None else _besides(rules(whole), problems, self.data)
            raise self.refused(problems) from exc
        if broken := [*problems, *(rules(found) if rules is not None else ())]:
            raise self.refused(broken)
        return found

    def refused(self, problems: Iterable[Problem]) -> InvalidFileError:
        """The error that lists these problems with file, line and field."""
        return InvalidFileError(
            FileProblem(self.name, self.line(place), _field(place), sentence) for place, sentence in problems
        )

    def line(self, place: tuple[str | int, ...]) -> int:
        """The line (from 1) of the field, or of the nearest thing around it that is there."""
        node, line = self.root, 1
        for part in place:
            found = child(node, part)
            if found is None:
                break
            node, line = found
        return line


def _read(path: Path, name: str) -> bytes:
    if str(path) == STANDARD_INPUT:
        found = sys.stdin.buffer.read(LARGEST + 1)
    elif path.is_dir():
        raise InvalidInputError((f"{name}: is a folder; name a file in it",))
    else:
        with path.open("rb") as file:
            found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise InvalidInputError((f"{name}: larger than {LARGEST:,} bytes; this is no plan or campaign",))
    return found


def _mistaken(model: type[BaseModel], data: dict[str, Any]) -> str | None:
    """A campaign's file given for a plan, or a plan's for a campaign."""
    plan, campaign = len(_PLAN_FIELDS.intersection(data)), len(_CAMPAIGN_FIELDS.intersection(data))
    if model is Plan and campaign > plan:
        return "this is a campaign, and a plan is wanted. `migrate campaign apply FILE --preview` checks a campaign"
    if model is Campaign and plan > campaign:
        return "this is a plan, and a campaign is wanted. `migrate plan validate FILE` checks a plan"
    return None


def _besides(found: Iterable[Problem], told: Iterable[Problem], data: dict[str, Any]) -> list[Problem]:
    """What the rules found, without what stands where something else was wrong and was taken out or replaced."""
    places = [place for place, _ in told]
    return [
        one for one in found if not any(one[0][: len(place)] == place for place in places if place and at(data, place))
    ]


def _field(place: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.lstrip(".") or "the document"
