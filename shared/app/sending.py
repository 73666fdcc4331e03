"""Sends what a step leads to. All of it follows from the state, so sending it twice is harmless and forgetting it heals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shared import names
from shared.domain.gate import could_start
from shared.domain.orders import orders_for
from shared.domain.reminding import nudges
from shared.domain.view import Decision, View
from shared.domain.watching import watched
from shared.messages.acted import acted
from shared.messages.nudges import nudge_key
from shared.ports.queues import Outbox
from shared.webhooks.sighting import Sighting
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.model import unchecked
from state_schema.orders import CardMessage, DigestMessage, ReplyMessage
from state_schema.signals import Act, Observed, Reported, Ticked

Signal = Act | Observed | Reported | Ticked
_NOT_IN_DIGESTS: Final = frozenset({"act_refused", "step_progressed", "checkpoint_reminded", "checkpoint_escalated"})
_REFRESHED: Final = 300
"""Seconds."""
_card: Final = unchecked(CardMessage)
_digest: Final = unchecked(DigestMessage)


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


def send_nudges(view: View, signal: Signal, outbox: Outbox) -> None:
    """What people must have heard by now; the worker knows what they did hear. It follows the card, in one group with it."""
    for message in nudges(view):
        key = f"{nudge_key(message)}@{signal.id}"
        outbox.send(names.CARDS, message.model_dump_json(), group=f"{message.migration}#{message.track}", key=key)


def send_digest(decision: Decision, signal: Signal, outbox: Outbox, *, heal: bool) -> None:
    """Says that the digest of its wave may be out of date; where nothing changed, once in five minutes for all of the wave."""
    state = decision.view.state
    changed = any(event.kind not in _NOT_IN_DIGESTS for event in decision.events)
    if not (changed or heal):
        return
    wave = state.resource.wave
    group = f"{state.campaign}#wave:{wave}"
    message = _digest(kind="digest", campaign=state.campaign, wave=wave, migration=state.id, version=state.version)
    key = f"{group}@{signal.id}@{state.version}" if changed else f"{group}@{int(signal.at.timestamp()) // _REFRESHED}"
    outbox.send(names.CARDS, message.model_dump_json(), group=group, key=key)


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


def send_on(view: View, at: datetime, outbox: Outbox) -> None:
    """Has the migration go on with what did not fit into one step."""
    tick = Ticked(id=f"on:{view.state.id}@{view.state.version}", at=at, migration=view.state.id)
    outbox.send(names.SIGNALS, tick.model_dump_json(), group=view.state.id, key=tick.id)


def send_reply(decision: Decision, signal: Signal, outbox: Outbox) -> None:
    """Answers a person who is owed a word: a refusal, or what a command did. A click's success is seen on the card."""
    if not isinstance(signal, Act) or signal.reply_to is None:
        return
    clicked = signal.checkpoint is not None
    if decision.refusal is not None or decision.looks or (decision.events and not clicked):
        reply(ReplyMessage(reply_to=signal.reply_to, answer=acted(decision, signal)), signal.id, outbox)


def reply(message: ReplyMessage, about: str, outbox: Outbox) -> None:
    """One answer to the act or command `about`: in Slack, or below the comment that it came in."""
    to = message.reply_to.comment
    if to is not None:
        place = f"pull_request:{to.repository_id}/{to.number}"
        outbox.send(names.COMMENTS, message.model_dump_json(), group=place, key=f"reply:{about}")
        return
    outbox.send(names.CARDS, message.model_dump_json(), group=f"reply:{about}", key=f"reply:{about}")


def watched_addresses(view: View) -> list[str]:
    """Every address that the migration waits for now."""
    return [address for address, _, _ in watched(view.state)]
