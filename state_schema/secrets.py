"""Finds what looks like a credential, so that none is ever stored: a plan holds references, never secrets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_SECRET: Final = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
    r"|://[^/\s:@]+:[^/\s:@]+@"
)


def secret_fields(document: object, at: str = "") -> Iterator[str]:
    """The dotted places in a JSON-like document whose text (or key) looks like a credential."""
    match document:
        case str() if _SECRET.search(document):
            yield at or "value"
        case Mapping():
            for key, value in document.items():
                place = f"{at}.{key}" if at else str(key)
                if _SECRET.search(str(key)):
                    yield at or "key"
                yield from secret_fields(value, place)
        case Sequence() if not isinstance(document, str | bytes):
            for number, value in enumerate(document):
                yield from secret_fields(value, f"{at}.{number}" if at else str(number))
        case _:
            return


def refuse_secrets(document: object) -> None:
    """ValueError with the field's name where the document holds something like a credential."""
    for place in secret_fields(document):
        message = f"{place} looks like a credential; store it in the secrets manager and refer to it by name"
        raise ValueError(message)
