"""Builds bundles and runs Python as Lambda would: with what lies in one bundle, and nothing of the environment of the tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from infra_cdk.bundles import build
from infra_cdk.bundling.build import Built
from infra_cdk.bundling.target import interpreter
from infra_cdk.stage_file import read_stage
from shared import names

LAMBDA: Final[Mapping[str, str]] = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "waymark-function",
    "WAYMARK_ENGINE": "aws",
    "WAYMARK_QUEUE_URL_PREFIX": "https://sqs.eu-central-1.amazonaws.com/111122223333/waymark-",
    "WAYMARK_GITHUB_APP_ID": "100001",
    "WAYMARK_GITHUB_INSTALLATION_ID": "200002",
    "WAYMARK_GITHUB_BOT_ID": "300003",
    "WAYMARK_SLACK_TEAM": "T0ACME",
    "WAYMARK_ALERT_TOPIC": "arn:aws:sns:eu-central-1:111122223333:waymark-alarms",
}
"""The environment of a function, with all that settings can name."""


def bundles(stage: str, out: Path, functions: Sequence[str] = names.FUNCTIONS) -> dict[str, Built]:
    """Builds these functions of a stage into `out`."""
    return {built.function: built for built in build(read_stage(stage), functions, out)}


def unpacked(built: Built, folder: Path) -> Path:
    """Unzips a bundle into a folder of its own below `folder`, execute permissions included."""
    place = folder / built.function
    with ZipFile(built.path) as archive:
        archive.extractall(place)
        for info in archive.infolist():
            if info.external_attr >> 16 & 0o111:  # the rest is as it should be
                (place / info.filename).chmod(0o755)
    return place


def isolated(bundle: Path, program: str) -> tuple[str, ...]:
    """The command that runs `program` on the bundle and the standard library alone."""
    return (interpreter(), "-IS", "-c", f"import sys; sys.path.insert(0, {str(bundle)!r})\n{program}")
