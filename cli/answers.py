"""Shows an answer on a terminal, in colour where somebody watches; or as JSON for machines."""

import json
import shlex
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from shared.messages.answer_text import plainly
from shared.messages.escaping import is_address, one_line
from state_schema.answers import Answer

_SAY: Final = "migrate say"
_COLOURS: Final = {"done": "green", "shown": "default", "refused": "red"}
_LINE: Final = 4000


def show_answer(answer: Answer, *, as_json: bool) -> None:
    """What was refused goes to standard error. JSON is the Answer itself, with plain texts, on standard output or error."""
    plain = plainly(answer)
    if as_json:
        typer.echo(json.dumps(plain.model_dump(mode="json")), err=not plain.ok)
        return
    console = Console(stderr=not plain.ok, soft_wrap=True, highlight=False)
    for text in _lines(plain):
        console.print(text)


def _lines(plain: Answer) -> list[Text]:
    """The message, what to do next, warnings, then what would work as it is typed here, and where to look."""
    gap = "\n" if "\n" in plain.message else " "
    told = gap.join([plain.message, *plain.next_steps]).strip()
    lines = [Text(_clean(line), style=_COLOURS[plain.status]) for line in told.splitlines()]
    lines += [Text(f"Warning: {one_line(warning, _LINE)}", style="yellow") for warning in plain.warnings]
    for one in plain.suggestions:
        typed = (_clean(f"{_SAY} {_typed(one.command)}"), "bold")
        label = "" if one.label == one.command else f"{_clean(one.label)}: "
        lines.append(Text.assemble((f"  {label}", "dim"), typed))
    lines += [Text(f"  {one}", style="dim") for one in plain.related_resources if is_address(one) and one not in told]
    return lines


def _typed(command: str) -> str:
    """As a shell takes it: the words are quoted already."""
    return shlex.join(shlex.split(command))


def _clean(line: str) -> str:
    return one_line(line, _LINE)
