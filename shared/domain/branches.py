"""The branch of a step's pull request: the same step always has the same branch, so that its pull request is found again."""

import hashlib
import re
from typing import Final

from state_schema.ids import MigrationId, StepPath, TrackName

_LONGEST: Final = 240
"""GitHub takes no reference over 255 bytes, `refs/heads/` included."""
_KEPT: Final = 36
_REFUSED_DOT: Final = re.compile(r"^\.|(?<=\.)\.|\.$|\.(?=lock$)")
"""git check-ref-format(1): no part begins with a dot, ends with one or with `.lock`, or holds two in a row."""


def branch_name(migration: MigrationId, track: TrackName, step: StepPath) -> str:
    """`waymark/<campaign>/<resource>/<track>/<phase>.<step>`, always a valid git reference.

    A dot that git refuses is written `=2e`; no id holds `=`, so two steps never share a branch.
    """
    parts = [_REFUSED_DOT.sub("=2e", part) for part in (*migration.split("/"), track, step)]
    name = "/".join(("waymark", *parts))
    return name if len(name) <= _LONGEST else "/".join(("waymark", *map(_shortened, parts)))


def _shortened(part: str) -> str:
    digest = hashlib.sha256(part.encode()).hexdigest()[:12]
    return part if len(part) <= _KEPT + len(digest) else f"{part[:_KEPT]}={digest}"
