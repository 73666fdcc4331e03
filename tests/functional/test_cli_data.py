"""What `migrate` says of its data file: that nobody serves it, that it cannot be used, that there is none."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.keeping import is_served, only_one
from tests.functional.command_line import CAMPAIGN, PLAN, data, migrate, no_traceback

__all__ = ["data"]

COMMANDS = (
    ("status",),
    ("start", "email.notifications"),
    ("say", "help"),
    ("history", "email.notifications"),
    ("parked",),
    ("redrive", "--all"),
    ("plan", "publish", str(PLAN)),
    ("campaign", "apply", str(CAMPAIGN)),
    ("sandbox", "serve"),
)


def notice(file: Path) -> str:
    serve = f"migrate sandbox serve --data {file}"
    return f"Accepted and stored; nothing serves this file now: run `{serve}`, and it goes on.\n"


def test_a_command_that_nobody_works_on_says_so(data: Path) -> None:
    result = migrate("start", "email.notifications", "--data", data)

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "Started email.notifications; now code_migration.rewrite of shared is at work.\n",
        notice(data),
    )


def test_for_machines_too_it_is_said_on_standard_error_alone(data: Path) -> None:
    result = migrate("next", "--json", "--data", data)

    assert json.loads(result.stdout)["status"] == "done"
    assert result.stderr == notice(data)


def test_nothing_is_said_where_a_process_serves_the_file(data: Path) -> None:
    with only_one(data):
        result = migrate("start", "email.notifications", "--data", data)

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("words", [("say", "help"), ("say", "status"), ("status",), ("history", "email.notifications")])
def test_nothing_is_said_where_nothing_was_sent(data: Path, words: tuple[str, ...]) -> None:
    result = migrate(*words, "--data", data)

    assert (result.exit_code, result.stderr) == (0, "")


def test_a_refused_command_is_not_called_accepted(data: Path) -> None:
    result = migrate("start", "billing.reports", "--data", data)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Accepted" not in result.stderr


def test_a_file_is_served_until_its_process_dies(tmp_path: Path) -> None:
    file = tmp_path / "a b.db"
    holds = "import sys, pathlib, sandbox.keeping as k\n"
    holds += "with k.only_one(pathlib.Path(sys.argv[1])): print('on', flush=True); input()"
    command = [sys.executable, "-c", holds, str(file)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        assert is_served(file)
    finally:
        process.kill()
        process.communicate()

    assert not is_served(file)


def test_asking_whether_a_file_is_served_makes_none_beside_it(tmp_path: Path) -> None:
    assert not is_served(tmp_path / "trial.db")
    assert list(tmp_path.iterdir()) == []


def a_text(file: Path) -> None:
    file.write_text("not a database")


def a_folder(file: Path) -> None:
    file.mkdir()


def of_another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def with_a_log(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def of_another_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE states (migration TEXT)")


def a_damaged_one(file: Path) -> None:
    of_another_program(file)
    os.truncate(file, 100)


def below_a_file(file: Path) -> None:
    file.write_text("no folder")


@pytest.mark.parametrize("words", [("status",), ("sandbox", "serve")])
@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (a_text, "is no data file: it was not written by SQLite"),
        (a_folder, "is a folder, not a data file"),
        (of_another_program, "was written by another program: it holds `bookmarks`"),
        (with_a_log, "was written by another program: it holds `bookmarks`"),
        (
            of_another_version,
            "was written by another program, or another version of this one: its table `states` is different",
        ),
        (a_damaged_one, "is damaged: database disk image is malformed"),
    ],
)
def test_what_is_no_data_file_is_refused_in_one_sentence(
    tmp_path: Path, words: tuple[str, ...], make: object, problem: str
) -> None:
    file = tmp_path / "given.db"
    assert callable(make)
    make(file)
    before = sorted(tmp_path.rglob("*"))

    result = migrate(*words, "--data", file)

    said = f"{file} {problem}. Give another file with --data, or in WAYMARK_DATA.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("words", COMMANDS)
def test_a_file_below_a_file_cannot_be(tmp_path: Path, words: tuple[str, ...]) -> None:
    below_a_file(tmp_path / "given.db")

    result = migrate(*words, "--data", tmp_path / "given.db" / "trial.db")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no folder" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("status",), ("sandbox", "serve")])
@pytest.mark.parametrize("unwritable", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_refused(
    data: Path, words: tuple[str, ...], unwritable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of a stand-in, because whoever runs the tests as root may write anywhere."""
    denied = data if unwritable == "file" else data.parent
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != denied or not mode & os.W_OK)
    before = sorted(data.parent.iterdir())

    result = migrate(*words, "--data", data)

    said = f"{data} cannot be written, or the folder that it is in cannot. Give another file with --data, or in WAYMARK_DATA.\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)
    assert sorted(data.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["none.db", "a folder/none.db", "x" * 300])
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, name: str) -> None:
    result = migrate("status", "--data", tmp_path / name)

    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert no_traceback(result)


def test_what_another_program_has_open_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "given.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute("BEGIN IMMEDIATE")
        before = sorted(tmp_path.iterdir())

        result = migrate("status", "--data", file)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "was written by another program" in result.stderr
        assert sorted(tmp_path.iterdir()) == before


def test_the_environment_names_the_file_as_well(tmp_path: Path) -> None:
    a_text(tmp_path / "given.db")

    result = migrate("status", WAYMARK_DATA=str(tmp_path / "given.db"))

    assert (result.exit_code, result.stderr.split(":")[0]) == (2, f"{tmp_path / 'given.db'} is no data file")


def test_a_data_file_and_a_deployment_are_not_both_asked_for(data: Path) -> None:
    result = migrate("status", "--data", data, WAYMARK_ENGINE="aws")

    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        "--data names a file, and WAYMARK_ENGINE=aws a deployment: leave out --data, or unset WAYMARK_ENGINE.\n",
    )


def test_a_deployment_needs_the_address_of_its_queues() -> None:
    result = migrate("status", WAYMARK_ENGINE="aws")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("WAYMARK_QUEUE_URL_PREFIX is empty.")
