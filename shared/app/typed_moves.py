"""Reads a move to another plan version as it is typed: `airflow-3@2 --rename OLD=NEW --leave-out PHASE.STEP`."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from shared.messages.escaping import code
from state_schema.moves import Move
from state_schema.signals import Act, Command

_HOW: Final = (
    "Write `move {resource} PLAN@VERSION`, and where it matters `--rename PHASE.STEP=PHASE.STEP` and "
    "`--leave-out PHASE.STEP`."
)
_OPTIONS: Final = ("--rename", "--leave-out", "--to")
_DASH: Final = "\u2014"
"""Slack on a phone turns two hyphens into it."""


def move_act(command: Command, migration: str, resource: str, words: Sequence[str]) -> Act | str:
    """The act that the words after the resource ask for; a sentence where they ask for none."""
    given = _read(words)
    if given is None or len(given["--to"]) != 1:
        return _HOW.format(resource=resource)
    asked = move_of(given["--to"][0], given["--rename"], given["--leave-out"])
    if not isinstance(asked, Move):
        return " ".join([*asked, "Nothing was done."])
    return Act(id=command.id, at=command.at, migration=migration, actor=command.actor, verb="move", move=asked)


def move_of(to: str, renamed: Sequence[str], left_out: Sequence[str]) -> Move | list[str]:
    """The move to the plan version `to`; `renamed` are texts `OLD=NEW`. Sentences where any of it cannot be read."""
    problems: list[str] = []
    pairs: dict[str, str] = {}
    for text in renamed:
        old, equals, new = text.partition("=")
        if not equals:
            problems.append(f"{code(text, 100)} is no renaming: write OLD=NEW, each as PHASE.STEP.")
        elif pairs.setdefault(old, new) != new:
            problems.append(f"{code(old, 100)} is renamed twice.")
    try:
        move = Move(to=to, renamed=pairs, left_out=tuple(dict.fromkeys(left_out)))
    except ValidationError as exc:
        return problems + [_problem(one["loc"], one["msg"], str(one["input"])) for one in exc.errors()]
    return problems or move


def _problem(place: Sequence[int | str], what: str, given: str) -> str:
    if place[0] == "to":
        return f"{code(given, 100)} is no plan version: write PLAN@VERSION, as in `airflow-3@2`."
    if len(place) > 1:
        return f"{code(given, 100)} is no step: write PHASE.STEP."
    return f"{place[0]}: {what}."


def _read(words: Sequence[str]) -> dict[str, list[str]] | None:
    """The values of each option, the plan version under `--to`; None where an option is unknown or lacks its value."""
    given: dict[str, list[str]] = {option: [] for option in _OPTIONS}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.replace(_DASH, "--", 1).partition("=")
        if not option.startswith("--"):
            given["--to"].append(word)
        elif option not in given or not (equals or rest):
            return None
        else:
            given[option].append(value if equals else rest.pop(0))
    return given
