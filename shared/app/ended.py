"""Who aborted a migration, for whoever comes after: the state says only that it is aborted, and the history who did it."""

from dataclasses import replace
from typing import Final

from shared.domain.view import Cause, View
from shared.ports.migrations import History
from state_schema.events import MigrationAborted

_SEARCHED: Final = 200
"""Events: an abort is among the last ones of its migration."""


def with_end(view: View, history: History) -> View:
    """The view as it is for a person's act; `ended` is known where the migration is aborted."""
    if view.state.status != "aborted":
        return view
    last = history.events(view.state.id, after=max(0, view.state.version - _SEARCHED))
    end = next((one for one in last if isinstance(one.event, MigrationAborted)), None)
    return view if end is None else replace(view, ended=Cause(end.at, end.actor, end.signal))
