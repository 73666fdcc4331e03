"""What is paused, frozen and excepted, in words."""

from collections.abc import Iterator
from datetime import datetime

from shared.messages.escaping import code, words
from shared.messages.needed import COMMAND
from shared.messages.people import in_utc
from state_schema.gate import FreezeException, Gate


def paused(gate: Gate, at: datetime) -> str:
    """A line for each pause, and for each freeze and exception that is not over `at` then, with who, until when and why."""
    return "".join(f"{line}\n" for line in _lines(gate, at))


def _lines(gate: Gate, at: datetime) -> Iterator[str]:
    for scope, pause in sorted(gate.pauses.items()):
        yield f"Paused: {_words(scope)}, by {pause.actor} since {in_utc(pause.at)}{_why(pause.reason)}"
    for scope, freeze in sorted(gate.freezes.items()):
        if freeze.until > at:
            yield f"Frozen until {in_utc(freeze.until)}: {_words(scope)}, by {freeze.actor}{_why(freeze.reason)}"
    for place, exception in sorted(gate.exceptions.items()):
        if exception.until > at:
            yield f"Exception until {in_utc(exception.until)}: {excepted(place, exception)}"


def excepted(place: str, exception: FreezeException) -> str:
    """`billing.reports prod-us, asked by …` with who approved it, or what a second person writes to approve it."""
    where = place.replace("/", " ")
    asked = f"{where}, asked by {exception.actor}{_why(exception.reason)}"
    if exception.approved_by is not None:
        return f"{asked}; approved by {exception.approved_by}"
    return f"{asked}; it wants a second person: {code(f'{COMMAND} except {where}')}"


def _words(scope: str) -> str:
    return "all campaigns" if scope == "all" else scope.replace(":", " ")


def _why(reason: str) -> str:
    return f": {words(reason, 300)}" if reason else ""
