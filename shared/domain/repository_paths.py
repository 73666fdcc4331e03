"""Which paths may go into a repository: a name from outside must never climb out of the folder that it is meant for."""

import re
from typing import Final

_LONGEST_PATH: Final = 4096
_LONGEST_SEGMENT: Final = 255
"""Bytes; git and file systems take no more."""
_REFUSED: Final = frozenset({"", ".", "..", ".git"})
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\\]")


def is_repository_path(path: str) -> bool:
    """Whether `path` is relative, stays below its root, and holds nothing that git refuses."""
    if _UNPRINTABLE.search(path) or len(path) > _LONGEST_PATH:
        return False
    return all(_is_segment(segment) for segment in path.split("/"))


def _is_segment(segment: str) -> bool:
    return segment.lower() not in _REFUSED and len(segment.encode("utf-8", "replace")) <= _LONGEST_SEGMENT
