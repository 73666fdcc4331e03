"""The engine `aws` on this machine: an emulated AWS with our tables and queues, found by boto3 through the environment."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sandbox.aws_events import REGION
from sandbox.emulator import EmulatorError, free_port, start_ministack
from shared.adapters.dynamodb_client import dynamodb_client
from shared.adapters.dynamodb_tables import create_tables
from shared.adapters.sqs import sqs_client
from shared.adapters.sqs_queues_setup import create_queues
from shared.errors import PermanentError
from shared.settings import Settings

ENVIRONMENT: Final = Path(__file__).parents[1] / ".venv-ministack"
VISIBILITY: Final = 360
"""Seconds; longer than any function works."""


@contextmanager
def emulated_aws(folder: Path) -> Iterator[Settings]:
    """Settings for a new, empty emulated AWS, until the block ends. Its log is in `folder`.

    PermanentError where it cannot be started.
    """
    try:
        with start_ministack(ENVIRONMENT, free_port(), folder / "ministack.log") as emulator, _found_at(emulator.url):
            create_tables(dynamodb_client())
            yield Settings(engine="aws", queue_url_prefix=create_queues(sqs_client(), visibility=VISIBILITY))
    except EmulatorError as exc:
        raise PermanentError(f"There is no emulated AWS: {exc}. `make test` installs it.", "no_emulator") from exc


@contextmanager
def _found_at(url: str) -> Iterator[None]:
    """No profile and no credentials of the person who runs it may be used, or their account would be."""
    given = {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    hidden = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS")
    with _environment(given, hidden):
        yield


@contextmanager
def _environment(given: Mapping[str, str], hidden: tuple[str, ...]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in (*given, *hidden)}
    for name in hidden:
        os.environ.pop(name, None)
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
