"""Bytecode that is the same every time, and that nobody compares with its source: a bundle is never edited."""

import importlib.util
import marshal
import sys
from functools import cache
from types import CodeType
from typing import Final

_UNCHECKED_HASH: Final = 0b01
_SHORTEST: Final = ("", *map(chr, range(256)))
"""Python has one object of each; whether it is interned, and marked so, hangs on what the building process did before."""

for _string in _SHORTEST:
    sys.intern(_string)


@cache  # most functions share most of our modules
def compiled(source: bytes, name: str) -> bytes:
    """The content of a .pyc file; `name` is its source's path in the bundle. SyntaxError where it is not this Python's."""
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH.to_bytes(4, "little") + importlib.util.source_hash(source)
    return header + marshal.dumps(_alone(code))


def _alone(code: CodeType) -> CodeType:
    """The same code, which shares no set with other code: whether equal sets are one object hangs on their hashes."""
    return code.replace(co_consts=tuple(_fresh(constant) for constant in code.co_consts))


def _fresh(constant: object) -> object:
    match constant:
        case CodeType():
            return _alone(constant)
        case frozenset():
            return frozenset(tuple(constant))
        case _:
            return constant


def cache_name(name: str) -> str:
    """Where Python looks for the bytecode of `name`, which ends in `.py`."""
    return importlib.util.cache_from_source(name)
