"""What a move is decided with, beside the view: the plan version that it asks for, and every step that was ever touched."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from shared.domain.view import View
from shared.errors import NotFoundError
from shared.ports.migrations import History
from shared.ports.store import Store
from state_schema.events import AtStep
from state_schema.moves import Move
from state_schema.plan import Plan

_PAGE: Final = 1000


def with_target(view: View, move: Move, store: Store) -> View:
    """The view with its `target` (None where that version is not published) and what was `touched`."""
    return replace(view, target=_plan(move.to, store), touched=frozenset(_touched(view.state.id, store.history)))


def _plan(ref: str, store: Store) -> Plan | None:
    try:
        return store.plans.load(ref)
    except NotFoundError:
        return None


def _touched(migration: str, history: History) -> Iterator[tuple[str, str]]:
    """A move lets a step vanish from the state; its order keys stay used."""
    after = 0
    while page := history.events(migration, after, _PAGE):
        yield from ((one.event.track, one.event.step) for one in page if isinstance(one.event, AtStep))
        after = page[-1].number
