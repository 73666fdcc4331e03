"""What people read about dead letters: what was parked, and what became of it when it was redriven."""

from typing import Final

from shared import names
from shared.messages.escaping import code, one_line
from state_schema.orders import Order
from state_schema.parked import Parked
from state_schema.signals import Act, Command, Reported

_SHOWN: Final = 120


def what(item: Parked) -> str:
    """The act or command in a line of plain text; of a body that nobody can read, its size, its queue and its beginning."""
    match item.act:
        case Act(verb=verb, migration=migration, track=track, checkpoint=answered):
            where = answered.track if answered else track
            return f"{verb} {migration}" + (f" in {where}" if where else "")
        case Command(text=text, channel=channel, about=about):
            where = f" in {channel}" if channel else f" at {about}" if about else ""
            return one_line(f"/migrate {text}", _SHOWN) + where
        case None:
            return one_line(f"{item.size:,} bytes of {item.queue} that nobody can read: {item.raw}", _SHOWN)


def became(outcome: str) -> str:
    """The word that a use case has for it, as a sentence of plain text."""
    if outcome.endswith("_events"):
        count = int(outcome.removesuffix("_events"))
        return f"Applied: {count} event{'s' if count != 1 else ''}." if count else "Applied: nothing changed by it."
    known = {
        "already_recorded": "It was recorded before; only what followed from it was sent again.",
        "answered": "Done or answered.",
        "refused": "Refused.",
        "comes_again": "This release can read it: it is no act, and comes again by itself.",
        "unknown_migration": "There is no such migration, so nothing was changed.",
        "unreadable": "This release cannot read it either. It stays parked; deploy the release that wrote it, or discard it.",
    }
    return known.get(outcome) or f"Refused: {outcome.replace('_', ' ')}."


def kept_text(item: Parked) -> str:
    """To whoever acted, in Slack's markup."""
    return (
        f"I could not take {code(what(item))} now. It is kept: an operator can apply it with "
        f"{code(f'migrate redrive {item.id}')}. Nothing has changed so far."
    )


def not_done_text(order: Order) -> str:
    """Why the step failed, for its card."""
    return (
        f"The order was received {names.MAX_RECEIVES} times and never done, so it is not sent again by itself. "
        f"The log of {order.skill} says why: put that right, then retry."
    )


def not_taken_text(report: Reported) -> str:
    """The same, where the skill was done with it."""
    return f"What {report.skill} reported could not be recorded; the log of advance says why."
