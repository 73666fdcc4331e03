"""Shows a scenario in a terminal: a live table with one row per track, and each card as a person reads it."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from sandbox.result import Result
from sandbox.wave_bars import bars_of
from shared.domain.display import phases_of
from shared.domain.follow import track_names
from shared.domain.view import View
from shared.messages.standing import Standing
from shared.messages.status_page import waits_for

_PER_SECOND = 8
_MANY = 12
"""Resources; more than that have more tracks than a terminal has lines."""


class Screen:
    """An observer. On a terminal the table stays below the cards and follows; elsewhere a line tells of each change."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._many = False
        self._lines: dict[tuple[str, str], str] = {}
        self._live = Live(console=console, refresh_per_second=_PER_SECOND) if console.is_terminal else None

    def __enter__(self) -> Self:
        self._console.rule(Text(self._title))
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def on_change(self, views: Sequence[View]) -> None:
        """Draws the table anew, or prints the tracks that changed."""
        self._many = len(views) > _MANY
        if self._live:
            self._live.update(bars_of(views) if self._many else _table(views))
            return
        for view in views:
            for name in track_names(view):
                self._tell(view, name)

    def on_card(self, text: str) -> None:
        """Prints the message above the table; not of many resources, whose cards nobody could follow."""
        if self._many:
            return
        title, _, rest = text.partition("\n")
        self._console.print(Panel(Text(rest or title), title=Text(title) if rest else None, title_align="left"))

    def on_wish(self, text: str) -> None:
        """Prints it so that it is seen."""
        self._console.print(Panel(Text(text, "bold yellow")))

    def _tell(self, view: View, name: str) -> None:
        at = Standing(view, name)
        line = f"{view.state.resource.id} · {name}: {at.word}"
        if self._lines.get((view.state.id, name)) != line:
            self._lines[view.state.id, name] = line
            self._console.print(Text(line))


def show_result(console: Console, result: Result) -> None:
    """Whether it passed, in a line; what was found instead, where it did not."""
    verdict = Text("passed", "bold green") if result.passed else Text("failed", "bold red")
    history = sum(one["history"] for one in result.migrations.values())
    numbers = (
        f" {_many(history, 'event')}, {_many(result.cards, 'card')}, {_many(result.pull_requests, 'pull request')}, "
        f"{_many(result.workflow_runs, 'workflow run')}, {result.seconds} s"
    )
    console.print(Text(f"{result.scenario}: ").append(verdict).append(numbers))
    if not result.passed:
        console.print("expected", result.expected)
        console.print("actual  ", result.actual)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _table(views: Sequence[View]) -> Table:
    table = Table(Column("Resource", no_wrap=True), "Track", "Phase", "Is", "Waits for", expand=True)
    for view in views:
        for name in track_names(view):
            at = Standing(view, name)
            phase = next(
                (phase for phase, status in phases_of(view, name).items() if status != "completed"), "all done"
            )
            table.add_row(view.state.resource.id, name, phase, at.word, waits_for(at) or "")
    return table
