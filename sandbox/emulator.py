"""Starts and stops the local AWS, for the sandbox's engine `aws` and for the tests: one process, one port of 127.0.0.1."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
READY_WITHIN: Final = 60
"""Seconds; alone on a machine it takes one or two."""
STOPPED_WITHIN: Final = 10
"""Seconds until an emulator that does not stop is killed."""
_POLL: Final = 0.05


class EmulatorError(Exception):
    """The local AWS cannot be started; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running local AWS: its endpoint, without a slash at its end, and its process."""

    url: str
    pid: int


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody had a moment ago."""
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def start_ministack(venv: Path, port: int, log: Path, settings: Mapping[str, str] | None = None) -> Iterator[Emulator]:
    """Ministack from its own virtual environment `venv`, until the block ends; what it says goes to `log`.

    `settings`: more of its environment, as `LOG_LEVEL`, or `USE_SSL` for HTTPS. It forgets everything when it stops.
    EmulatorError where it is not installed, or the port is taken.
    """
    program = venv / "bin" / "ministack"
    if not program.exists():
        raise EmulatorError(f"there is no {program}: install requirements/ministack.txt into {venv}")
    environ = {**os.environ, "BIND_HOST": HOST, "GATEWAY_PORT": str(port), "LOG_LEVEL": "WARNING"}
    environ |= settings or {}
    with _running([str(program)], environ, port, log) as emulator:
        secure = environ.get("USE_SSL") == "1"
        yield replace(emulator, url=emulator.url.replace("http:", "https:")) if secure else emulator


@contextmanager
def start_dynamodb_local(folder: Path, port: int, log: Path) -> Iterator[Emulator]:
    """AWS's own DynamoDB Local from `folder` (its jar and native libraries), in memory, until the block ends.

    It has no option for the address that it listens on. EmulatorError where there is no Java, or the port is taken.
    """
    java = shutil.which("java")
    if java is None:
        raise EmulatorError("DynamoDB Local needs Java, and there is no `java` on the path")
    libraries = f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}"
    jar = str(folder / "DynamoDBLocal.jar")
    command = [java, libraries, "-jar", jar, "-inMemory", "-sharedDb", "-port", str(port)]
    with _running(command, os.environ, port, log) as emulator:
        yield emulator


@contextmanager
def _running(command: Sequence[str], environ: Mapping[str, str], port: int, log: Path) -> Iterator[Emulator]:
    if _answers(port):
        raise EmulatorError(f"port {port} of {HOST} is taken: choose another one")
    with log.open("ab") as output:
        process = subprocess.Popen(  # a group of its own: Ctrl-C reaches us first, and we stop it
            command, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        _wait_until_ready(process, port, log)
        yield Emulator(f"http://{HOST}:{port}", process.pid)
    finally:
        _stop(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None:
            raise EmulatorError(f"the local AWS ended at once with code {process.returncode}: see {log}")
        if time.monotonic() > end:
            raise EmulatorError(f"the local AWS did not listen on port {port} within {READY_WITHIN} s: see {log}")
        time.sleep(_POLL)


def _answers(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
