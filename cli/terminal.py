"""What a terminal can show: whatever its encoding, and however narrow it is."""

import io
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from shared.domain.commands import ACTS
from shared.messages.escaping import one_line

_LONGEST = 2000
_BETWEEN = 3
"""Characters that a column takes beside its text."""


class Replacing(TyperGroup):
    """The command group that writes `?` for what the terminal's encoding lacks, where Python would end in a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's arguments and answer, passed on
        """As click's."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - click's own classes, which typer keeps to itself
        """As click's; what is only said to a migration is told as that, before another command is suggested."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in ACTS and not ctx.resilient_parsing:
            ctx.fail(f"`{cmd_name}` is said to a migration: `migrate say {cmd_name} RESOURCE ...`.")
        return found


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of plain texts; what is too long for its column is folded between words. Too narrow even for those: a list."""
    console = Console(highlight=False)
    cells = [titles, *([one_line(text, _LONGEST) for text in row] for row in rows)]
    widths = _widths(list(zip(*cells, strict=True)), console.width)
    if widths is None:
        _print_list(console, titles, cells[1:])
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, width in zip(titles, widths, strict=True):
        table.add_column(title, overflow="fold", width=width)
    for row in cells[1:]:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_list(console: Console, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A paragraph for each row."""
    for row in rows:
        console.print(
            *(Text(f"{title}: {text}") for title, text in zip(titles, row, strict=True) if text), "", sep="\n"
        )


def _widths(columns: Sequence[Sequence[str]], room: int) -> Sequence[int] | None:
    """Each column's longest word, and what is left to the narrowest that lack some; None where not even the words fit."""
    room -= _BETWEEN * len(columns)
    wanted = [max(map(cell_len, column)) for column in columns]
    widths = [max((cell_len(word) for text in column for word in text.split()), default=0) for column in columns]
    if sum(widths) > room:
        return None
    while widths != wanted and sum(widths) < room:
        place = max(range(len(widths)), key=lambda at: (widths[at] < wanted[at], -widths[at]))
        widths[place] += 1
    return widths
