"""The embedded engine's file: many processes open it, a crash leaves whole steps only, and a lock is waited for."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event, Timer

import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy import event as listening
from sqlalchemy.exc import IntegrityError

from shared.adapters.sql_engine import open_engine, reading, writing
from shared.adapters.sql_tables import campaigns
from shared.errors import PermanentError, RetryableError, StaleStateError
from shared.ports.migrations import Watch
from tests.adapters.store_subjects import Stores, sql_stores
from tests.builders import NOW, A, a_commit, a_gate
from tests.engines import ROOT

WATCH = Watch("pull_request:42/7", A, "shared", "infra.review")
BIG_STEP = a_commit(before=1, events=2, opened=frozenset({WATCH}), gate=a_gate(1), next_check_at=NOW)
ENDLESS_WRITER = """
import sys
from tests.adapters.store_racers import Place
from tests.builders import *
stores = Place(file=sys.argv[1]).open()
for number in range(1, 100_000):
    stores.migrations.save(a_commit(before=number, signal="x" * 5000, gate=a_gate(number)))
    print(number + 1, flush=True)
"""
OPENS_IT_WHEN_LET_GO = """
import sys
from shared.adapters import sql_engine, sql_tables
sys.stdin.read(1)
sql_engine.open_engine(sys.argv[1])
"""


class CrashError(Exception):
    pass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "waymark.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = open_engine(str(file), busy_timeout=0.1)
    yield engine
    engine.dispose()


@pytest.fixture
def stores(engine: Engine) -> Stores:
    stores = sql_stores(engine).with_campaign()
    stores.migrations.save(a_commit())
    return stores


def everything(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("statement", range(5))
def test_a_crash_in_the_middle_of_a_save_leaves_nothing(
    file: Path, engine: Engine, stores: Stores, statement: int
) -> None:
    before, seen = everything(file), []

    def crash(_c: Connection, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql)
        if len(seen) == statement + 2:  # the first one is BEGIN
            raise CrashError(sql)

    listening.listen(engine, "before_cursor_execute", crash)
    with pytest.raises(CrashError):
        stores.migrations.save(BIG_STEP)
    listening.remove(engine, "before_cursor_execute", crash)

    assert everything(file) == before
    stores.migrations.save(BIG_STEP)
    assert stores.migrations.load(A).view.state.version == 3


def test_a_crash_before_the_commit_leaves_nothing(file: Path, engine: Engine, stores: Stores) -> None:
    before = everything(file)

    def crash(_: Connection) -> None:
        raise CrashError

    listening.listen(engine, "commit", crash)
    with pytest.raises(CrashError):
        stores.migrations.save(BIG_STEP)
    listening.remove(engine, "commit", crash)

    assert everything(file) == before
    stores.migrations.save(BIG_STEP)


def test_a_process_that_is_killed_loses_no_step_that_it_told_of(file: Path) -> None:
    stores = sql_stores(open_engine(str(file))).with_campaign()
    stores.migrations.save(a_commit())
    command = [sys.executable, "-c", ENDLESS_WRITER, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(50)]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()

    view = stores.migrations.load(A).view

    last = int([line for line in told if line.endswith("\n")][-1])
    assert view.state.version in {last, last + 1}
    assert len(stores.history.events(A, limit=100_000)) == view.state.version
    assert view.gate.version == view.state.version - 1
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_file_that_stays_locked_is_tried_again_later(file: Path, stores: Stores) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError, match="database is locked"):
            stores.migrations.save(BIG_STEP)
        with pytest.raises(RetryableError, match="database is locked"):
            stores.due_times.claim(A, NOW, NOW)

    stores.migrations.save(BIG_STEP)


def test_reading_waits_for_no_writer(file: Path, stores: Stores) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM states")
        assert stores.migrations.load(A).view.state.version == 1


def test_a_lock_that_ends_in_time_is_waited_for(file: Path) -> None:
    patient = sql_stores(open_engine(str(file), busy_timeout=30))
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = Timer(0.2, lambda: other.execute("ROLLBACK"))
        timer.start()
        patient.migrations.save(a_commit())
        timer.join()

    assert [record.number for record in patient.history.events(A)] == [1]


def test_two_writers_never_read_the_same_state_in_a_writing_transaction(engine: Engine, file: Path) -> None:
    """BEGIN IMMEDIATE: the second does not get as far as its first statement."""
    inside, done = Event(), Event()

    def first() -> None:
        with writing(engine):
            inside.set()
            done.wait(30)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert inside.wait(30)
        with pytest.raises(RetryableError), writing(engine):
            pytest.fail("the second one got in")
        done.set()
        running.result()


def test_many_processes_may_open_a_new_file_at_once(file: Path) -> None:
    command = [sys.executable, "-c", OPENS_IT_WHEN_LET_GO]
    processes = [subprocess.Popen([*command, str(file)], cwd=ROOT, stdin=subprocess.PIPE) for _ in range(8)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()

    assert [process.wait(60) for process in processes] == [0] * 8


def test_what_is_there_is_kept_when_the_file_is_opened_again(file: Path, stores: Stores) -> None:
    again = sql_stores(open_engine(str(file)))

    assert again.migrations.load(A) == stores.migrations.load(A)


def test_it_makes_the_folder_and_takes_any_file_name(tmp_path: Path) -> None:
    file = tmp_path / "not there" / "ünï?mode=memory#100%.db"

    open_engine(str(file)).dispose()

    assert file.exists()


@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)

    with pytest.raises(PermanentError, match=r"the database file cannot be used: .*; move it away or repair it"):
        open_engine(str(file))

    assert file.read_bytes() == content


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(RetryableError, match="unable to open database file"):
        open_engine(str(tmp_path))


def test_our_own_mistakes_are_not_dressed_up(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(campaigns), [{"campaign": "a", "version": 1, "body": ""}] * 2)
    with pytest.raises(Exception, match="no such table"), reading(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere"))


def test_a_loser_leaves_no_transaction_open(stores: Stores) -> None:
    for _ in range(20):  # more than the pool has connections
        with pytest.raises(StaleStateError):
            stores.migrations.save(a_commit())
    stores.migrations.save(BIG_STEP)


def test_an_event_that_is_there_already_is_no_race(engine: Engine, stores: Stores) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO events VALUES (:migration, 2, '')"), {"migration": A})

    with pytest.raises(PermanentError, match=r"airflow-3/alpha is at version 1, but later events are stored"):
        stores.migrations.save(BIG_STEP)
    assert stores.migrations.load(A).view.state.version == 1
