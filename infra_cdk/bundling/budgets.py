"""What each function's bundle may weigh, and how long it may take to import: a cold start pays for both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Budget:
    """At most: MB (millions of bytes) zipped and unzipped, bytecode included; processor time to import the handler, as a
    ratio to boto3 with the clients for SQS and Secrets Manager, which no door can do without.
    """

    zipped: float
    unzipped: float
    imports: float


_AWS: Final = Budget(12, 34, 2.0)
_AIRFLOW: Final = Budget(12, 36, 2.0)
_GITHUB: Final = Budget(22, 66, 2.0)

BUDGETS: Final[Mapping[str, Budget]] = {
    "github_webhook": Budget(5, 14, 1.2),
    "slack": Budget(5, 14, 1.25),
    "status": _AWS,
    "commands": _AWS,
    "advance": _AWS,
    "batch": _AWS,
    "observe": _GITHUB,
    "park": _AWS,
    "post_checkpoint": Budget(13, 38, 2.0),
    "post_comment": _GITHUB,
    "sweep": Budget(12, 36, 2.0),
    "open_pull_request": _GITHUB,
    "rewrite_dags": Budget(34, 95, 2.0),
    "run_workflow": _GITHUB,
    "list_items": _AIRFLOW,
    "migrate_items": _AIRFLOW,
    "verify": _AIRFLOW,
}
"""Function to its budget. `rewrite_dags` carries ruff; whoever talks to GitHub carries cryptography."""
