"""Shows how the hunt goes: a table of all bugs that fills as they are found."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tests.mutants.bug import Bug, Examples
from tests.mutants.hunt import NO_BUG, Verdict

_COLOURS: Final = {"caught": "green", "passes": "green"}


def shown(verdicts: Iterable[Verdict], bugs: Sequence[Bug], console: Console) -> list[Verdict]:
    """The verdicts, each on the screen as soon as it is there."""
    found: list[Verdict] = []
    progress = Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
    task = progress.add_task("mutants", total=len(bugs))
    with Live(console=console, auto_refresh=console.is_terminal, transient=True) as live:
        live.update(Group(progress, _table(found)))
        for verdict in verdicts:
            found.append(verdict)
            progress.update(task, completed=len({one.bug for one in found} & {bug.name for bug in bugs}))
            live.update(Group(progress, _table(found)))
    console.print(_table(found))
    return found


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table("bug", "", "by", "after", box=None, pad_edge=False)
    for one in verdicts:
        table.add_row(one.bug, Text(one.outcome, _COLOURS.get(one.outcome, "bold red")), _by(one), _after(one))
    return table


def _by(verdict: Verdict) -> Text:
    """The rule or test that found it; where none did, the catcher, or why there was none."""
    rule = verdict.by.partition("::")[2].partition("[")[0] or verdict.by
    together = "all tests that follow" if verdict.bug == NO_BUG and isinstance(verdict.catcher, Examples) else ""
    return Text(rule or together or str(verdict.catcher or verdict.said), overflow="fold")


def _after(verdict: Verdict) -> str:
    if verdict.catcher is None:
        return ""
    what = "test" if isinstance(verdict.catcher, Examples) else "seed"
    return f"{verdict.tried} {what}{'' if verdict.tried == 1 else 's'}, {verdict.seconds:.1f} s"
