"""Writes docs/permissions.md from the table of grants: `make reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra_cdk.grants import REASONS, Grant, grants_of
from shared import names

FILE: Final = Path(__file__).parent.parent / "docs" / "permissions.md"
_INTRODUCTION: Final = """\
# Permissions

Every function has a role of its own that allows what is listed here, and nothing else: a test compares this table with the
synthesised template. "Only" is a condition on the statement: partition keys that may be named, or the one service through
which a key may be used. `key` is the customer-managed key, `own log` the function's log group. Written by `make reference`
from `infra_cdk/grants.py`.
"""


def document() -> str:
    """The whole file."""
    rows = [row for function in names.FUNCTIONS for row in _rows(function)]
    reasons = [f"| `{action}` | {reason} |" for action, reason in REASONS.items()]
    return "\n".join(
        [
            _INTRODUCTION,
            "| function | may | on | only |",
            "|---|---|---|---|",
            *rows,
            "",
            "## Wildcards",
            "",
            "| action | why it, or what it is allowed on, holds a wildcard |",
            "|---|---|",
            *reasons,
            "",
        ]
    )


def _rows(function: str) -> Iterator[str]:
    for number, grant in enumerate(grants_of(function)):
        shown = "" if number else f"`{function}`"
        yield f"| {shown} | {_codes(grant.actions)} | {_codes(grant.resources)} | {_only(grant)} |"


def _only(grant: Grant) -> str:
    return _codes(grant.keys) or (f"through `{grant.via}`" if grant.via else "")


def _codes(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    FILE.write_text(document())
