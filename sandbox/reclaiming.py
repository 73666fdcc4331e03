"""Takes back what a killed process had in its hands: messages in flight, and claims on orders."""

from pathlib import Path

from shared.adapters.sql_engine import open_engine
from shared.adapters.sql_idempotency import SqlIdempotency
from shared.adapters.sql_queues import SqlQueues
from shared.ports.clock import Clock


def reclaim(data: Path, clock: Clock) -> None:
    """For the one process that owns the file, before it begins: nobody else is at work, so no lease need run out."""
    engine = open_engine(str(data))
    SqlQueues(engine, clock, visibility=1).reclaim()
    SqlIdempotency(engine).release_claims()
    engine.dispose()
