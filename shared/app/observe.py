"""A sighting says where to look; this looks, and tells every migration that waits there what is true now."""

from typing import Final

from shared import names
from shared.errors import NotFoundError
from shared.ports.clock import Clock
from shared.ports.github import GithubReader
from shared.ports.migrations import Watches
from shared.ports.queues import Outbox
from shared.webhooks.sighting import Sighting
from state_schema.migration import GONE, PullRequestSeen, RunSeen
from state_schema.signals import Observed

_RUN: Final = "workflow_run:"


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
        if not sighting.address.startswith(_RUN):
            return []
        seen = _gone(sighting.address)
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


def _gone(address: str) -> RunSeen:
    """Nobody would ever hear of it again. Where it is shown after all, the next look says so."""
    return RunSeen(
        run_id=int(address.rpartition("/")[2]),
        run_attempt=0,
        url="",
        status="completed",
        conclusion=GONE,
        reason="GitHub shows this run no more: it was deleted, or the App may no longer read its repository.",
    )


def _look(address: str, github: GithubReader) -> PullRequestSeen | RunSeen:
    kind, _, place = address.partition(":")
    repository_id, _, number = place.partition("/")
    if kind == "pull_request":
        return github.pull_request(int(repository_id), int(number))
    return github.workflow_run(int(repository_id), int(number))
