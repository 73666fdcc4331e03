"""Drains the dead-letter queues: what only a person could repeat is kept, what follows from the state is dropped.

An order becomes a failure for its key, so that an intervention appears and re-sending stops. A report is not dropped: the
sweep would send its order again, which would send the remembered report again, for ever if it is the report that nobody
can take. It becomes a transient failure instead: after a passing outage the next attempt looks and finds what was done,
and a report that is never taken ends with a person, as any automatic retry does.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from shared import names
from shared.app.sending import reply
from shared.domain.digests import digest_of
from shared.errors import NotFoundError, PermanentError
from shared.messages.parked import kept_text, not_done_text, not_taken_text
from shared.ports.campaigns import Campaigns
from shared.ports.parking import Parking
from shared.ports.queues import Outbox
from shared.webhooks.sighting import Sighting
from state_schema.answers import refused
from state_schema.orders import CARDS, CardMessage, DigestMessage, ModalMessage, NudgeMessage, Order, ReplyMessage
from state_schema.parked import LARGEST_RAW, Parked
from state_schema.secrets import secret_fields
from state_schema.signals import SIGNALS, Act, Command, Failed, Observed, Reported, Ticked

CODE: Final = "parked"
"""The failure code of what was dead-lettered."""
_NAMED: Final = re.compile("(?:--|\u2014)campaign[ =]+([a-z0-9._-]{1,60})")
_AGAIN: Final = timedelta(minutes=1)
_WITHHELD: Final = "(withheld: it holds something like a credential)"

Message = (
    Act
    | Command
    | Observed
    | Reported
    | Ticked
    | Order
    | Sighting
    | CardMessage
    | DigestMessage
    | NudgeMessage
    | ReplyMessage
    | ModalMessage
)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message of a dead-letter queue; `sent_at` is the queue's own word for when."""

    queue: str
    body: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of it: parked, a failure of its step, or dropped because it comes again. `about` is an id to search for."""

    outcome: Literal["parked", "failed", "dropped"]
    kind: str
    about: str


def park(letter: DeadLetter, *, parking: Parking, campaigns: Campaigns, outbox: Outbox, now: datetime) -> Fate:
    """Deals with one dead letter; the same letter twice is once. RetryableError where store or queue are busy."""
    match message_in(letter.queue, letter.body):
        case None:
            return _kept(_raw(letter), "unreadable", parking)
        case Act() | Command() as act:
            item = _parked(letter, act, campaigns)
            fate = _kept(item, act.kind, parking)
            if act.reply_to is not None:
                kept = refused("parked", kept_text(item))
                reply(ReplyMessage(reply_to=act.reply_to, answer=kept), f"parked:{item.id}", outbox)
            return fate
        case Order() as order:
            failure = Failed(category="blocking", reason=not_done_text(order), code=CODE)
            return _failed(order, failure, now, outbox)
        case Reported(report=Failed(code=code)) as ours if code == CODE:
            # Of ours already: the sweep sends the order again, and if that dead-letters, it is said again.
            return Fate("dropped", ours.kind, ours.id)
        case Reported() as report:
            failure = Failed(category="transient", reason=not_taken_text(report), code=CODE, retry_at=now + _AGAIN)
            return _failed(report, failure, now, outbox)
        case Observed() | Ticked() as signal:
            return Fate("dropped", signal.kind, signal.id)
        case Sighting() as sighting:
            return Fate("dropped", "sighting", sighting.address)
        case CardMessage() | NudgeMessage() as card:
            return Fate("dropped", card.kind, f"{card.migration}#{card.track}")
        case DigestMessage() as digest:
            return Fate("dropped", digest.kind, f"{digest.campaign}#wave:{digest.wave}")
        case ModalMessage() as modal:
            return Fate("dropped", modal.kind, modal.id)
        case ReplyMessage() as answer:
            to = answer.reply_to
            about = f"pull_request:{to.comment.repository_id}/{to.comment.number}" if to.comment else to.user
            return Fate("dropped", answer.kind, about or "")


def message_in(queue: str, body: str) -> Message | None:
    """The message in a body of this dead-letter queue; None where this release cannot read it."""
    try:
        match queue.removesuffix(names.dead_letter_queue("")):
            case names.SIGNALS:
                return SIGNALS.validate_json(body)
            case names.SIGHTINGS:
                return Sighting.from_json(body)
            case names.CARDS:
                return CARDS.validate_json(body)
            case names.COMMENTS:
                return ReplyMessage.model_validate_json(body)
            case _:
                return Order.model_validate_json(body)
    except ValueError:
        return None


def campaign_of(act: Act | Command, campaigns: Campaigns) -> str | None:
    """The campaign that the act is for: that of its migration, the one it names, or the only one of its channel.

    None where there is no such campaign (yet).
    """
    known = campaigns.names()
    if isinstance(act, Act):
        named = act.migration.partition("/")[0]
        return named if named in known else None
    if option := _NAMED.search(act.text):
        return option[1] if option[1] in known else None
    here = [name for name in known if act.channel and _channel(name, campaigns) == act.channel]
    return here[0] if len(here) == 1 else None


def _channel(name: str, campaigns: Campaigns) -> str | None:
    """A campaign that cannot be read must not keep an act from being parked."""
    try:
        return campaigns.load(name)[1].channel
    except (NotFoundError, PermanentError):
        return None


def _kept(item: Parked, kind: str, parking: Parking) -> Fate:
    parking.add(item)
    return Fate("parked", kind, item.id)


def _parked(letter: DeadLetter, act: Act | Command, campaigns: Campaigns) -> Parked:
    size, campaign = len(letter.body.encode()), campaign_of(act, campaigns)
    return Parked(id=_id(letter), at=act.at, campaign=campaign, queue=letter.queue, act=act, size=size)


def _raw(letter: DeadLetter) -> Parked:
    body = letter.body.encode("utf-8", "backslashreplace")
    text = _WITHHELD if any(secret_fields(letter.body)) else body[:LARGEST_RAW].decode("utf-8", "ignore")
    return Parked(id=_id(letter), at=letter.sent_at, queue=letter.queue, raw=text, size=len(body))


def _id(letter: DeadLetter) -> str:
    return digest_of(letter.queue, letter.body)


def _failed(lost: Order | Reported, failure: Failed, now: datetime, outbox: Outbox) -> Fate:
    migration, place = lost.migration, lost.key.removeprefix(f"{lost.migration}/")
    signal = Reported(
        id=f"parked:{failure.category}:{place}",
        at=now,
        migration=migration,
        key=lost.key,
        skill=lost.skill,
        report=failure,
    )
    outbox.send(names.SIGNALS, signal.model_dump_json(), group=migration, key=f"{migration}:{signal.id}")
    return Fate("failed", "order" if isinstance(lost, Order) else lost.kind, lost.key)
