"""Acts on a whole campaign: pause, freeze, except, resume, open a wave. Whoever could start because of it is woken."""

from datetime import datetime
from typing import Final

from shared.app.known_people import with_known_people
from shared.app.sending import send_wakes, wake
from shared.domain.control import Controlled, control
from shared.domain.excepting import place_of
from shared.errors import NotFoundError, RetryableError, StaleStateError
from shared.ports.migrations import MigrationIndex, Migrations
from shared.ports.queues import Outbox
from shared.ports.store import Store
from state_schema.campaign import Campaign
from state_schema.control import Control
from state_schema.gate import Gate
from state_schema.ids import migration_id

_TRIES: Final = 10
_AT_REST: Final = frozenset({"pending", "completed", "aborted"})


def run_control(act: Control, *, store: Store, outbox: Outbox) -> Controlled:
    """Decides and saves; the loser of a race decides again. NotFoundError where there is no such campaign.

    An act that was recorded before changes nothing and wakes again, in case a crash kept it from that.
    """
    for _ in range(_TRIES):
        _, campaign = store.campaigns.load(act.campaign)
        before = store.controls.gate(act.campaign)
        known_people = with_known_people(campaign, before, store.groups, act.at)
        controlled = control(before, known_people, act, queued_until=_queued_until(act, store.migrations))
        try:
            if controlled.record is not None:
                store.controls.save(controlled.gate, controlled.record)
        except StaleStateError:
            continue
        if controlled.refusal is None:
            send_wakes(controlled.gate, campaign, act.at, outbox)
            known = controlled.record is None
            wake(_thawed(act, campaign, before, store.index, known=known), controlled.gate, act.at, outbox)
        return controlled
    raise RetryableError(f"The gate of {act.campaign} is written by many at once.")


def _queued_until(act: Control, migrations: Migrations) -> datetime | None:
    """What the step at the place of an exception queues for, as the migration's state says."""
    resource, _, name = place_of(act).partition("/")
    try:
        state = migrations.load(migration_id(act.campaign, resource)).view.state if resource else None
    except NotFoundError:
        return None
    track = state.tracks.get(name) if state else None
    step = track.steps.get(track.step) if track and track.step else None
    return step.until if step and step.status == "queued" else None


def _thawed(act: Control, campaign: Campaign, before: Gate, index: MigrationIndex, *, known: bool) -> list[str]:
    """The migrations that may have a step which queues for the end of what was lifted: the gate's queue has none of them."""
    if place := place_of(act):
        return [migration_id(campaign.id, place.partition("/")[0])]
    if act.verb != "resume" or not (known or act.scope in before.freezes):
        return []
    kind, _, name = act.scope.partition(":")
    rows = index.in_campaign(campaign.id, int(name) if kind == "wave" else None)
    return [
        row.migration for row in rows if row.status not in _AT_REST and (kind != "migration" or row.resource == name)
    ]
