"""Shows a campaign of many resources in a terminal: a bar for each wave, and below it only the tracks under way."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Column, Table

from shared.domain.follow import track_names
from shared.domain.view import View
from shared.messages.standing import Standing
from shared.messages.status_page import waits_for

_PASSED: Final = frozenset({"completed", "skipped"})
_NOT_UNDER_WAY: Final = frozenset({"pending", "completed", "aborted"})
_LISTED: Final = 12
_WIDTH: Final = 30
_PEOPLE: Final = frozenset({"awaiting_human", "failed", "blocked"})


def bars_of(views: Sequence[View]) -> Group:
    """A row for each wave, lowest first, then at most twelve tracks that have started and are not over."""
    table = Table(
        Column("Wave", no_wrap=True), Column("Steps done", width=_WIDTH), "Completed", "Under way", expand=True
    )
    for wave in sorted({view.state.resource.wave for view in views}):
        _add_wave(table, wave, [view for view in views if view.state.resource.wave == wave])
    return Group(table, _under_way(views))


def steps_of(view: View) -> tuple[int, int]:
    """(passed, all) over every track; a migration that is over has passed all that it ever will."""
    tracks = view.state.tracks
    passed = sum(step.status in _PASSED for track in tracks.values() for step in track.steps.values())
    every = sum(len(view.plan.stops(name)) for name in track_names(view))
    return (every, every) if view.state.status == "completed" else (passed, every)


def _add_wave(table: Table, wave: int, views: Sequence[View]) -> None:
    done = [steps_of(view) for view in views]
    statuses = [view.state.status for view in views]
    bar = ProgressBar(total=sum(every for _, every in done), completed=sum(passed for passed, _ in done), width=_WIDTH)
    under_way = [status for status in statuses if status not in _NOT_UNDER_WAY]
    people = sum(status in _PEOPLE for status in under_way)
    words = f"{len(under_way)}, {people} with people" if under_way else ""
    table.add_row(str(wave), bar, f"{statuses.count('completed')} of {len(views)}", words)


def _under_way(views: Iterable[View]) -> Table:
    table = Table(Column("Resource", no_wrap=True), "Track", "Is", "Waits for", expand=True)
    for at in islice(_tracks_under_way(views), _LISTED):
        table.add_row(at.view.state.resource.id, at.name, at.word, waits_for(at) or "")
    return table


def _tracks_under_way(views: Iterable[View]) -> Iterator[Standing]:
    for view in views:
        if view.state.status not in _NOT_UNDER_WAY:
            started = (name for name, track in view.state.tracks.items() if track.status not in _NOT_UNDER_WAY)
            yield from (Standing(view, name) for name in started)
