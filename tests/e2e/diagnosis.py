"""What a deployment said, for whoever has to find out why a test failed."""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from shared import names
from tests.e2e.deployed import Deployed

_LINES = 60
_OF_EACH = 15


def told_by(deployed: Deployed) -> list[tuple[str, str]]:
    """Sections of a report: the end of the emulator's log, and of that of each function."""
    emulator = deployed.cloud.log.read_text(errors="replace").splitlines()[-_LINES:]
    return [("the local AWS", "\n".join(emulator)), *_functions(deployed)]


def _functions(deployed: Deployed) -> Iterator[tuple[str, str]]:
    for function in names.FUNCTIONS:
        try:
            lines = deployed.lines(function)[-_OF_EACH:]
        except (BotoCoreError, ClientError) as exc:
            lines = [f"its log cannot be read: {exc}"]
        if lines:
            yield f"the function {function}", "\n".join(line[:1000] for line in lines)
