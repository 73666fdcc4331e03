"""A name that is none: the one that was probably meant, else those that there are."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from shared.domain.look_alikes import plain_of

_READ: Final = 60
_NAMED: Final = 12
_SURELY: Final = 0.8


def unknown_field(name: object, known: Iterable[str]) -> str:
    """There is no such field; the one that was probably meant, else those that there are."""
    names = list(known)
    meant = close_to(name, names)
    if meant is not None:
        return f"there is no such field; did you mean `{meant}`?"
    return f"there is no such field here; fields: {listed(names)}" if names else "there is no such field here"


def close_to(name: object, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known one that was probably meant: alike by at least this share, 0 to 1."""
    close = difflib.get_close_matches(str(name)[:_READ].lower(), list(known), n=1, cutoff=least)
    return close[0] if close else None


def slip_of(name: object, known: Iterable[str]) -> str | None:
    """The known one that was all but surely meant: `Blocked-by` is `blocked_by`; `primary_zone` is a name of its own."""
    said = plain_of(str(name)).lower().replace("-", "_")
    meant = close_to(said, known, _SURELY)
    return None if meant is not None and said.startswith(f"{meant}_") else meant


def listed(names: Sequence[str]) -> str:
    """The first ones, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
