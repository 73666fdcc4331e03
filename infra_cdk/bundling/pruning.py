"""Which files of an installed package a function can use. Most of botocore describes services that we never call."""

from pathlib import Path, PurePosixPath
from typing import Final

SERVICES: Final = frozenset({"dynamodb", "secretsmanager", "sns", "sqs", "sts"})
"""What our adapters make clients of, and sts, with which boto3 takes on a role."""
_DATA: Final = ("botocore", "data")
_RESOURCES: Final = ("boto3", "data")
_NEVER_READ: Final = frozenset({".pyi", ".pyc", ".pyx", ".pxd", ".h", ".c", ".rst", ".md", ".js", ".css"})
_NEVER_LOADED: Final = frozenset({"tests", "examples"})
_DOCUMENTS: Final = frozenset({"py.typed", "examples-1.json", "examples-1.json.gz"})
_ELF: Final = b"\x7fELF"


def is_kept(file: PurePosixPath, site: Path) -> bool:
    """Whether this file, its path as in `site`, belongs into a bundle.

    Of the metadata only METADATA: scanners of a deployed function find the packages by it.
    """
    if file.parts[0].endswith(".dist-info"):
        return file.parts[1:] == ("METADATA",)
    if file.parts[0] == "bin":
        return _is_native(site / file)
    if file.suffix in _NEVER_READ or file.name in _DOCUMENTS or _NEVER_LOADED & set(file.parts[:-1]):
        return False
    if file.parts[:2] == _RESOURCES:
        return False
    return file.parts[:2] != _DATA or len(file.parts) == len(_DATA) + 1 or file.parts[2] in SERVICES


def _is_native(file: Path) -> bool:
    """Not a script of pip's that would start the Python that built it."""
    with file.open("rb") as opened:
        return opened.read(len(_ELF)) == _ELF
