"""The local AWS that the deployment stands on, over HTTPS and with IAM in force, and what a process needs to reach it."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sandbox.aws_events import ACCOUNT, REGION
from sandbox.emulated import ENVIRONMENT
from sandbox.emulator import free_port, start_ministack
from tests.e2e.certificate import make_certificate

MEMORY: Final = Path("/dev/shm")
CODE: Final = 4 * 1024**3
"""Bytes that two releases of all functions may need, unpacked, with room to spare."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running local AWS; `environ` is what boto3, the command line and `requests` find it and trust it by."""

    url: str
    log: Path
    environ: Mapping[str, str]


@contextmanager
def start_cloud(folder: Path) -> Iterator[Cloud]:
    """A new, empty one until the block ends. Its log stays in `folder`, the functions' code does not: it is large."""
    certificate, key = make_certificate(folder)
    port = free_port()
    reached = {
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{port}",
        "AWS_CA_BUNDLE": str(certificate),
        "REQUESTS_CA_BUNDLE": str(certificate),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        # The root user, to the emulator. Functions get a session of their own role instead.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    settings = {
        **reached,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "INFO",
    }
    log = folder / "ministack.log"
    with (
        TemporaryDirectory(dir=_roomy(folder), ignore_cleanup_errors=True) as code,
        start_ministack(ENVIRONMENT, port, log, {**settings, "TMPDIR": code}) as emulator,
    ):
        yield Cloud(emulator.url, log, reached)


def _roomy(folder: Path) -> Path:
    """Memory, where there is enough: forty thousand small files take a minute to be removed from a disk."""
    memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > CODE
    return MEMORY if memory else folder
