"""Bytecode that is the same every time, and that nobody compares with its source: a bundle is never edited."""

import importlib.util
import marshal
from functools import cache
from typing import Final

_UNCHECKED_HASH: Final = 0b01
_WITHOUT_REFERENCES: Final = 2
"""The version of the format; later ones also say what else in the building process holds the same string."""


@cache  # most functions share most of our modules
def compiled(source: bytes, name: str) -> bytes:
    """The content of a .pyc file; `name` is its source's path in the bundle. SyntaxError where it is not this Python's."""
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH.to_bytes(4, "little") + importlib.util.source_hash(source)
    return header + marshal.dumps(code, _WITHOUT_REFERENCES)


def cache_name(name: str) -> str:
    """Where Python looks for the bytecode of `name`, which ends in `.py`."""
    return importlib.util.cache_from_source(name)
