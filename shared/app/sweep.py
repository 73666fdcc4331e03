"""The only timer: what is due is ticked, and a tick sends again whatever must be in flight."""

from datetime import datetime

from shared import names
from shared.domain.timing import QUEUE, RESEND, next_check
from shared.errors import NotFoundError, PermanentError
from shared.ports.migrations import DueTimes, Migrations
from shared.ports.queues import Outbox
from state_schema.signals import Ticked


def sweep(*, due_times: DueTimes, migrations: Migrations, outbox: Outbox, now: datetime, limit: int = 500) -> list[str]:
    """Ticks every migration that is due; the ones that it ticked.

    Sent first, claimed second: a crash between the two ticks twice, which is harmless; the other order would forget.
    """
    ticked = []
    for migration, due_at in due_times.due(now, limit):
        signal = Ticked(id=f"tick:{migration}:{due_at.isoformat()}", at=now, migration=migration)
        outbox.send(names.SIGNALS, signal.model_dump_json(), group=migration, key=signal.id)
        if due_times.claim(migration, due_at, _due_again(migration, migrations, now)):
            ticked.append(migration)
    return ticked


def _due_again(migration: str, migrations: Migrations, now: datetime) -> datetime:
    """When to look next if the tick changes nothing: as often as what the migration waits for deserves.

    One migration that cannot be read holds up none of the others.
    """
    try:
        at = next_check(migrations.load(migration).view.state, now)
    except (NotFoundError, PermanentError):
        at = None
    return max(at or now + RESEND, now + QUEUE)
