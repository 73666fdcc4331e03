"""Writers that race on one store, each a process of its own that lets go at the same moment as all others."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Final

from shared.adapters.sql_engine import open_engine
from shared.errors import RetryableError, StaleStateError
from shared.ports.campaigns import CampaignCommit
from tests.adapters.store_subjects import Stores, dynamo_stores, sql_stores
from tests.builders import ACTOR, NOW, A, a_campaign, a_commit, a_gate, a_plan
from tests.engines import a_dynamodb_client

WRITERS: Final = 16
TIMES: Final = 5
PATIENCE: Final = 120
"""Seconds until a race that does not end has failed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process finds the store: a file, or an endpoint and its tables."""

    file: str = ""
    endpoint: str = ""
    state: str = ""
    effects: str = ""

    def open(self) -> Stores:
        if self.file:
            return sql_stores(open_engine(self.file))
        return dynamo_stores(a_dynamodb_client(self.endpoint), self.state, self.effects)


@dataclass(frozen=True, slots=True)
class Won:
    """The versions that one writer wrote, and how often it came second."""

    writer: int
    versions: tuple[int, ...]
    lost: int


Heat = Callable[[Stores, int], Won]


def race(place: Place, heat: Heat) -> list[Won]:
    """What each of the writers won, by writer; AssertionError where one of them failed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    barrier, results = context.Barrier(WRITERS), context.Queue()
    processes = [
        context.Process(target=_run, args=(place, heat, writer, barrier, results), daemon=True)
        for writer in range(WRITERS)
    ]
    for process in processes:
        process.start()
    try:
        found = [results.get(timeout=PATIENCE) for _ in processes]
    finally:
        for process in processes:
            process.kill()
            process.join()
    failed = [result for result in found if isinstance(result, str)]
    assert failed == []
    return sorted(found, key=lambda won: won.writer)


def changes_one_migration(stores: Stores, writer: int) -> Won:
    """Every step of every writer is on the same migration."""

    def step() -> int:
        before = stores.migrations.load(A).view.state.version
        stores.migrations.save(a_commit(before=before, signal=signal_of(writer)))
        return before + 1

    return _several(writer, step)


def takes_slots_for_its_own_migration(stores: Stores, writer: int) -> Won:
    """Every writer has a migration of its own; the gate is the same. What counts are the gate's versions."""
    mine = migration_of(writer)

    def step() -> int:
        view = stores.migrations.load(mine).view
        gate = a_gate(view.gate.version + 1)
        stores.migrations.save(a_commit(mine, before=view.state.version, signal=signal_of(writer), gate=gate))
        return gate.version

    return _several(writer, step)


def applies_the_campaign(stores: Stores, writer: int) -> Won:
    """Every writer applies the next version of the campaign."""

    def step() -> int:
        before, _ = stores.campaigns.load("airflow-3")
        stores.campaigns.save(CampaignCommit(before, a_campaign(channel=f"C{writer}"), ACTOR, NOW))
        return before + 1

    return _several(writer, step)


def creates_it(stores: Stores, writer: int) -> Won:
    """Every writer creates the same migration; one of them is first."""
    return _once(writer, lambda: stores.migrations.save(a_commit(signal=signal_of(writer))))


def claims_it(stores: Stores, writer: int) -> Won:
    """Every writer claims the same due time for itself."""

    def claim() -> None:
        if not stores.due_times.claim(A, NOW, NOW.replace(minute=writer + 1)):
            raise StaleStateError

    return _once(writer, claim)


def publishes_it(stores: Stores, writer: int) -> Won:
    """Every writer publishes the same plan."""

    def publish() -> None:
        if not stores.plans.publish(a_plan(9)):
            raise StaleStateError

    return _once(writer, publish)


def signal_of(writer: int) -> str:
    return f"writer-{writer}"


def migration_of(writer: int) -> str:
    return f"airflow-3/r{writer}"


def _several(writer: int, step: Callable[[], int]) -> Won:
    won: list[int] = []
    lost = 0
    while len(won) < TIMES:
        try:
            won.append(step())
        except (StaleStateError, RetryableError):
            lost += 1
    return Won(writer, tuple(won), lost)


def _once(writer: int, act: Callable[[], None]) -> Won:
    """One try, and again only as long as it is not known who won."""
    while True:
        try:
            act()
        except StaleStateError:
            return Won(writer, (), 1)
        except RetryableError:
            continue
        return Won(writer, (1,), 0)


def _run(place: Place, heat: Heat, writer: int, barrier: Barrier, results: "Queue[Won | str]") -> None:
    try:
        stores = place.open()
        barrier.wait(PATIENCE)
        results.put(heat(stores, writer))
    except Exception as exc:  # noqa: BLE001 - whatever it is, the test has to hear of it
        results.put(f"writer {writer}: {exc!r}")
