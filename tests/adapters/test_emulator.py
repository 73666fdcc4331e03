"""The local AWS starts, answers, and leaves nothing behind."""

import os
import socket
from pathlib import Path

import pytest

from sandbox.emulator import HOST, EmulatorError, free_port, start_ministack
from tests.adapters.store_subjects import new_tables
from tests.engines import ROOT, a_dynamodb_client

VENV = ROOT / ".venv-ministack"
LISTENING = Path("/proc/net/tcp")

pytestmark = pytest.mark.engine


def test_it_answers_on_its_port_and_is_gone_after_the_block(tmp_path: Path) -> None:
    port = free_port()
    with start_ministack(VENV, port, tmp_path / "log") as emulator:
        assert emulator.url == f"http://127.0.0.1:{port}"
        assert a_dynamodb_client(emulator.url).list_tables()["TableNames"] == []
    with pytest.raises(ProcessLookupError):
        os.kill(emulator.pid, 0)


@pytest.mark.skipif(not LISTENING.exists(), reason=f"what listens is read from Linux's {LISTENING}")
def test_it_listens_on_the_local_address_only(ministack: str) -> None:
    port = int(ministack.rsplit(":", 1)[1])
    listening = [line.split()[1] for line in LISTENING.read_text().splitlines()[1:] if " 0A " in line]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(EmulatorError, match=rf"port {port} of 127.0.0.1 is taken"),
            start_ministack(VENV, port, tmp_path / "log"),
        ):
            pass


def test_a_missing_installation_says_what_to_install(tmp_path: Path) -> None:
    with (
        pytest.raises(EmulatorError, match=r"install requirements/ministack.txt into"),
        start_ministack(tmp_path, 1, tmp_path / "log"),
    ):
        pass


def test_one_that_ends_at_once_is_not_waited_for(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "ministack"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with (
        pytest.raises(EmulatorError, match=r"ended at once with code 3: see .*/log"),
        start_ministack(tmp_path, free_port(), tmp_path / "log"),
    ):
        pass


def test_dynamodb_local_answers(dynamodb_local: str) -> None:
    client = a_dynamodb_client(dynamodb_local)

    for table in new_tables(client):  # a list of tables would end after a hundred, and other tests make theirs here too
        assert client.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"
