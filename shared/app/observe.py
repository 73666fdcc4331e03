"""A sighting says where to look; this looks, and tells every migration that waits there what is true now."""

from shared import names
from shared.errors import NotFoundError
from shared.ports.clock import Clock
from shared.ports.github import GithubReader
from shared.ports.migrations import Watches
from shared.ports.queues import Outbox
from shared.webhooks.sighting import Sighting
from state_schema.migration import PullRequestSeen, RunSeen
from state_schema.signals import Observed


def observe(sighting: Sighting, *, watches: Watches, github: GithubReader, outbox: Outbox, clock: Clock) -> list[str]:
    """Reads the truth at the sighting's address, if anybody waits for it; the migrations that were told.

    The time of the read is taken before it begins, so that of two overlapping reads the later one wins.
    """
    migrations = sorted({watch.migration for watch in watches.watching(sighting.address)})
    if not migrations:
        return []
    read_at = clock()
    try:
        seen = _look(sighting.address, github)
    except NotFoundError:
        return []
    for migration in migrations:
        signal = Observed(
            id=f"observed:{sighting.address}@{read_at.isoformat()}",
            at=clock(),
            migration=migration,
            address=sighting.address,
            read_at=read_at,
            seen=seen,
        )
        outbox.send(names.SIGNALS, signal.model_dump_json(), group=migration, key=f"{signal.id}:{migration}")
    return migrations


def _look(address: str, github: GithubReader) -> PullRequestSeen | RunSeen:
    kind, _, place = address.partition(":")
    repository_id, _, number = place.partition("/")
    if kind == "pull_request":
        return github.pull_request(int(repository_id), int(number))
    return github.workflow_run(int(repository_id), int(number))
