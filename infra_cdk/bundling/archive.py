"""A zip file whose bytes say nothing of when, where and by whom it was made."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_REGULAR: Final = 0o100644
_EXECUTABLE: Final = 0o100755
_LEVEL: Final = 4
"""3 % larger than the usual 6, in three fifths of the time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The content of one file."""

    content: bytes
    executable: bool = False


def write_archive(path: Path, entries: Mapping[str, Entry]) -> None:
    """Writes the zip, or leaves what was there: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with ZipFile(fresh, "w") as archive:
            for name in sorted(entries):
                archive.writestr(_info(name, entries[name]), entries[name].content, ZIP_DEFLATED, _LEVEL)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _info(name: str, entry: Entry) -> ZipInfo:
    info = ZipInfo(name, _TIME)
    info.create_system = _UNIX
    info.external_attr = (_EXECUTABLE if entry.executable else _REGULAR) << 16
    return info
