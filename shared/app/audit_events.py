"""Reads a stored history that nobody can trust: page by page, under the numbers that its events are really stored under.

A page comes without those numbers, and is refused whole where one event of it cannot be read. So a page is believed
where its last event is found under the number that it should have; otherwise smaller ones are read, down to a single event.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from shared.domain.audit_findings import Stored, Unreadable
from shared.errors import NotFoundError, PermanentError
from shared.ports.migrations import History
from state_schema.events import Recorded

PAGE: Final = 1000
"""Events that are read, and held in memory, at once."""
UNREADABLE: Final = "unreadable"
"""The code of the PermanentError of a document that cannot be read; any other one means that the store cannot."""
_FARTHEST: Final = 2**40
"""No store numbers its events as far as this."""


def stored_events(history: History, migration: str) -> Iterator[Stored]:
    """All that is stored as an event of this migration, by ascending number; what cannot be read is among it."""
    after, size = 0, PAGE
    while True:
        page = _page(history, migration, after, size)
        if page is not None and not page:
            return
        if page and _is_without_gaps(history, migration, after, page):
            yield from (Stored(number, event) for number, event in enumerate(page, start=after + 1))
            after, size = after + len(page), min(size * 2, PAGE)
        elif size > 1:
            size //= 2
        else:
            found = _next(history, migration, after)
            if found is None:
                yield Stored(after + 1, Unreadable("it is stored under a number beyond all that are possible"))
                return
            yield found
            after = found.number


def _page(history: History, migration: str, after: int, size: int) -> Sequence[Recorded] | None:
    try:
        return history.events(migration, after, size)
    except PermanentError as exc:
        if exc.code != UNREADABLE:
            raise
        return None


def _is_without_gaps(history: History, migration: str, after: int, page: Sequence[Recorded]) -> bool:
    """Numbers ascend, so nothing is missing where the last event has the number that it has in a page without gaps."""
    last = after + len(page)
    if all(event.number == number for number, event in enumerate(page, start=after + 1)):
        return True
    return _event(history, migration, last) == page[-1]


def _next(history: History, migration: str, after: int) -> Stored | None:
    """What is stored next, with its number; None where no number can be found for it."""
    found = _event(history, migration, after + 1)
    if found is not None:
        return Stored(after + 1, found)
    first, step = _look(history, migration, after), 1
    while _look(history, migration, after + step) == first:
        step *= 2
        if step > _FARTHEST:
            return None
    low, high = after + step // 2, after + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _look(history, migration, middle) == first else (low, middle)
    found = _event(history, migration, high)
    return None if found is None else Stored(high, found)


def _look(history: History, migration: str, after: int) -> Recorded | Unreadable | None:
    """What comes first after a number."""
    try:
        return next(iter(history.events(migration, after, 1)), None)
    except PermanentError as exc:
        return _unreadable(exc)


def _event(history: History, migration: str, number: int) -> Recorded | Unreadable | None:
    """What is stored under a number."""
    try:
        return history.event(migration, number)
    except NotFoundError:
        return None
    except PermanentError as exc:
        return _unreadable(exc)


def _unreadable(error: PermanentError) -> Unreadable:
    if error.code != UNREADABLE:
        raise error
    return Unreadable(error.reason)
