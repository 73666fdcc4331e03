"""Gives one parked act another try: what it is about is reconciled first, and it leaves parking only when it was taken."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from shared import names
from shared.app.all_campaigns import is_for_all
from shared.app.commented import migrations_at
from shared.app.park import campaign_of, message_in
from shared.app.take_signal import take_signal
from shared.messages.answer_text import text_of
from shared.ports.campaigns import Campaigns
from shared.ports.migrations import History
from shared.ports.parking import Parking
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.events import Recorded
from state_schema.ids import migration_id
from state_schema.orders import CARDS, ReplyMessage
from state_schema.parked import Parked
from state_schema.signals import Act, Command, Ticked

_WORD: Final = re.compile(r"[a-z0-9._-]{1,60}")
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of it, in the word of `take_signal` or one of `messages.parked`; `removed`: it is parked no more.

    `said` is what the person who acted is answered, in Slack's markup; a click that succeeds is answered by its card alone.
    """

    item: Parked
    outcome: str
    removed: bool
    said: str = ""


def every_parked(campaigns: Campaigns, parking: Parking) -> list[Parked]:
    """All that is parked, by campaign; last what is of none that is known."""
    return [item for campaign in (*campaigns.names(), None) for item in parking.in_campaign(campaign)]


def redrive(
    item: Parked,
    *,
    parking: Parking,
    store: Store,
    outbox: Outbox,
    now: datetime,
) -> Redriven:
    """Reconciles, applies the act now, with its own id and actor, and then removes it. Twice is once.

    An act is taken again only where no event carries its id: the state remembers the last few, and parking lasts for weeks.
    What cannot be read stays. Any error passes, and then it stays too.
    """
    message = item.act or message_in(item.queue, item.raw or "")
    if message is None:
        return Redriven(item, "unreadable", removed=False)
    if not isinstance(message, Act | Command):
        parking.remove(item)
        return Redriven(item, "comes_again", removed=True)
    heard = _Heard(outbox)
    take = partial(take_signal, store=store, outbox=heard)
    at = message.about if isinstance(message, Command) else None
    about = _at_pull_request(at, store) if at else _about(message, store.campaigns)
    for migration in about.named:
        # A tick sends a look at every address that is waited for, and whatever else must be in flight.
        take(Ticked(id=f"redrive:{item.id}@{now.isoformat()}", at=now, migration=migration), again=True)
    recorded = _is_recorded(message, about, store)
    outcome = "already_recorded" if recorded else take(_as_of(message, now), again=True)
    parking.remove(item)
    return Redriven(item, outcome, removed=True, said="\n".join(heard.replies))


def _as_of(message: Act | Command, now: datetime) -> Act | Command:
    """Waits and deadlines count from when the act counts. That a comment came late is known to whoever redrives it."""
    if isinstance(message, Command):
        return message.model_copy(update={"at": now, "written_at": None})
    return message.model_copy(update={"at": now})


@dataclass(frozen=True, slots=True)
class _Heard:
    """An outbox that notes what people are answered."""

    outbox: Outbox
    replies: list[str] = field(default_factory=list)

    def send(
        self, queue: str, body: str, *, group: str = "", key: str = "", delay: int = 0, correlation: str = ""
    ) -> None:
        message = CARDS.validate_json(body) if queue in {names.CARDS, names.COMMENTS} else None
        if isinstance(message, ReplyMessage):
            self.replies.append(text_of(message.answer))
        self.outbox.send(queue, body, group=group, key=key, delay=delay, correlation=correlation)


class _About(NamedTuple):
    """What an act can be about: the migrations that it names, and all those that it may have changed."""

    campaign: str | None
    named: Sequence[str]
    touched: Sequence[str]


def _about(act: Act | Command, campaigns: Campaigns) -> _About:
    """A command that names no resource may have been about any of its campaign: `next` is one."""
    campaign = campaign_of(act, campaigns)
    if isinstance(act, Act):
        return _About(campaign, [act.migration], [act.migration])
    if campaign is None:
        return _About(None, [], [])
    words = set(_WORD.findall(act.text))
    resources = [resource.id for resource in campaigns.load(campaign)[1].resources]
    every = [migration_id(campaign, resource) for resource in resources]
    named = [migration_id(campaign, resource) for resource in resources if resource in words]
    return _About(campaign, named, named or every)


def _at_pull_request(address: str, store: Store) -> _About:
    """A comment may have been about any migration that the pull request is for."""
    found = migrations_at(address, store)
    campaigns = {migration.partition("/")[0] for migration in found}
    return _About(campaigns.pop() if len(campaigns) == 1 else None, found, found)


def _is_recorded(act: Act | Command, about: _About, store: Store) -> bool:
    signal = act.id
    if isinstance(act, Command) and is_for_all(act.text.split()):
        every = (store.controls.records(name) for name in store.campaigns.names())
        return all(any(record.signal == signal for record in records) for records in every)
    if about.campaign and any(record.signal == signal for record in store.controls.records(about.campaign)):
        return True
    return any(
        recorded.signal == signal for migration in about.touched for recorded in _events(migration, store.history)
    )


def _events(migration: str, history: History) -> Iterator[Recorded]:
    after = 0
    while events := history.events(migration, after, _PAGE):
        yield from events
        after = events[-1].number
