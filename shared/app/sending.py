"""Sends what a step leads to. All of it follows from the state, so sending it twice is harmless and forgetting it heals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shared import names
from shared.domain.gate import could_start
from shared.domain.orders import orders_for
from shared.domain.view import Decision, View
from shared.domain.watching import watched
from shared.messages.replies import answer_text, refusal_text
from shared.ports.queues import Outbox
from shared.webhooks.sighting import Sighting
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.model import unchecked
from state_schema.orders import CardMessage, ReplyMessage
from state_schema.signals import Act, Observed, Reported, Ticked

Signal = Act | Observed | Reported | Ticked
_card: Final = unchecked(CardMessage)


def send_orders(view: View, outbox: Outbox) -> None:
    """Every order that must be in flight, to its skill's queue."""
    for order in orders_for(view):
        outbox.send(names.skill_queue(order.skill), order.model_dump_json())


def send_looks(addresses: Iterable[str], signal: Signal, outbox: Outbox) -> None:
    """Asks for a look at each address; the signal's id tells these looks from earlier ones."""
    for address in dict.fromkeys(addresses):
        sighting = Sighting(
            address=address,
            event="look",
            action=signal.kind,
            delivery=signal.id,
            repository="",
            seen_at=signal.at.isoformat(),
        )
        outbox.send(names.SIGHTINGS, sighting.to_json(), group=address, key=f"{address}@{signal.migration}@{signal.id}")


def send_cards(view: View, tracks: Iterable[str], signal: Signal, outbox: Outbox) -> None:
    """Says that these tracks' cards may be out of date."""
    for track in dict.fromkeys(tracks):
        card = f"{view.state.id}#{track}"
        message = _card(kind="card", migration=view.state.id, track=track)
        outbox.send(names.CARDS, message.model_dump_json(), group=card, key=f"{card}@{view.state.version}@{signal.id}")


def send_wakes(gate: Gate, campaign: Campaign, at: datetime, outbox: Outbox) -> list[str]:
    """Wakes as many of those in line as can start now, once for each version of the gate; which ones it woke."""
    woken = could_start(gate, campaign)
    wake(woken, gate, at, outbox)
    return woken


def wake(migrations: Iterable[str], gate: Gate, at: datetime, outbox: Outbox) -> None:
    """Has each of these migrations see what can go on, once for each version of the gate."""
    for migration in migrations:
        tick = Ticked(id=f"wake:{gate.version}:{migration}", at=at, migration=migration)
        outbox.send(names.SIGNALS, tick.model_dump_json(), group=migration, key=tick.id)


def send_reply(decision: Decision, signal: Signal, outbox: Outbox) -> None:
    """Answers a person who is owed a word: a refusal, or what a command did. A click's success is seen on the card."""
    if not isinstance(signal, Act) or signal.reply_to is None:
        return
    clicked = signal.checkpoint is not None
    if decision.refusal is not None:
        text = refusal_text(decision.refusal)
    elif decision.looks or (decision.events and not clicked):
        text = answer_text(decision, signal)
    else:
        return
    reply(ReplyMessage(reply_to=signal.reply_to, text=text), signal.id, outbox)


def reply(message: ReplyMessage, about: str, outbox: Outbox) -> None:
    """One answer to the act or command `about`."""
    outbox.send(names.CARDS, message.model_dump_json(), group=f"reply:{about}", key=f"reply:{about}")


def watched_addresses(view: View) -> list[str]:
    """Every address that the migration waits for now."""
    return [address for address, _, _ in watched(view.state)]
