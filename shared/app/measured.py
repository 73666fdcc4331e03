"""Takes a signal as `take_signal` does, and counts: signals, steps, retries, and what was unexpected of them."""

from dataclasses import replace
from datetime import datetime

from shared import names
from shared.app.known_people import with_known_people
from shared.app.take_signal import is_refusal, is_unheeded, take_signal
from shared.domain.linking import is_known
from shared.domain.people import slack_groups
from shared.domain.unexpected import BOUNDARY
from shared.errors import BROKEN, PermanentError
from shared.ports.counters import Counters
from shared.ports.migrations import Commit, Loaded, Migrations
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.events import StepRetried
from state_schema.signals import Act, Command, Observed, Reported, Ticked

Message = Act | Observed | Reported | Ticked | Command


class CountedMigrations:
    """The port Migrations: what is saved through it is counted, whatever use case saves it."""

    def __init__(self, inner: Migrations, counters: Counters) -> None:
        self._inner = inner
        self._counters = counters

    def load(self, migration: str) -> Loaded:
        return self._inner.load(migration)

    def save(self, commit: Commit) -> None:
        self._inner.save(commit)
        self._counters.add(names.STEPS_WRITTEN)
        self._counters.add(names.RETRIES, sum(isinstance(one.event, StepRetried) for one in commit.records))


def take_measured(message: Message, *, again: bool, store: Store, outbox: Outbox, counters: Counters) -> str:
    """What `take_signal` says; `steps` are conditional writes, `retries` the steps that began again in them.

    `unheeded` are reports that come twice or too late, and what is about no migration of ours.
    `refusals` are acts and commands that any rule refused. Unexpected are those that the permission boundary refused (their
    text is nobody's business), and a history that does not fit its state.
    """
    counted = replace(store, migrations=CountedMigrations(store.migrations, counters))
    try:
        outcome = take_signal(message, again=again, store=counted, outbox=outbox)
    except PermanentError as exc:
        if exc.code == BROKEN:
            counters.unexpected(names.BROKEN_CHAIN, reason=exc.reason, signal=message.id)
        raise
    counters.add(names.SIGNALS_TAKEN)
    if is_unheeded(message, outcome):
        counters.add(names.UNHEEDED)
    if not isinstance(message, Act | Command) or not is_refusal(outcome):
        return outcome
    counters.add(names.REFUSALS)
    if kind := kind_of(outcome, message.actor, message.at, store):
        of_an_act = {"migration": message.migration, "verb": message.verb} if isinstance(message, Act) else {}
        counters.unexpected(kind, reason=outcome, actor=message.actor, signal=message.id, **of_an_act)
    return outcome


def kind_of(reason_code: str, actor: str, at: datetime, store: Store) -> str:
    """Of a refusal, which kind in `names.UNEXPECTED` it is; empty where it is an ordinary one."""
    if reason_code not in BOUNDARY:
        return ""
    return names.REFUSED_ACT if _is_known(actor, at, store) else names.UNKNOWN_SENDER


def _is_known(actor: str, at: datetime, store: Store) -> bool:
    """Whether any campaign names the person, or might do so in a user group that was not read in time."""
    for name in store.campaigns.names():
        gate = store.controls.gate(name)
        campaign = with_known_people(store.campaigns.load(name)[1], gate, store.groups, at)
        if slack_groups(campaign) or is_known(campaign, gate, actor):
            return True
    return False
