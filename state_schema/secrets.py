"""Finds what looks like a credential, so that none is ever stored: a plan holds references, never secrets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

_IN_A_QUERY: Final = r"(?:password|passwd|pwd|(?:access_|auth_)?token|api_?key|(?:client_)?secret)=[^&\s{}<>$*\"']{4,}"
_AWS: Final = r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?[A-Za-z0-9/+]{30,}"
_BEARER: Final = r"earer [A-Za-z0-9._~+-]{20,}"
_SECRET: Final = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,}"
    r"|xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|https://hooks\.slack\.com/services/[A-Za-z0-9/]{8,}"
    rf"|A(?:KIA|SIA)[A-Z0-9]{{16}}|aws_secret_access_key{_AWS}|AWS_SECRET_ACCESS_KEY{_AWS}"
    r"|s(?<![A-Za-z0-9]s)k(?:_(?:live|test)_[A-Za-z0-9]{16,}|-(?:ant|proj)-[A-Za-z0-9_-]{16,})"
    r"|r(?<![A-Za-z0-9]r)k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{10,}\."
    rf"|://[^/\s:@]+:[^/\s:@]+@|\?{_IN_A_QUERY}|&{_IN_A_QUERY}|B{_BEARER}|b{_BEARER}"
)
"""Each alternative begins with one fixed character: `re` passes fast over whatever cannot begin any."""

_NAMES_ONE: Final = re.compile(
    r"(?:^|[^a-z])(?:password|passwd|passphrase|pwd|token|(?:client|aws)[^a-z]?secret|(?:api|private|secret|access)[^a-z]?key)s?$"
)
"""`secret` alone may well hold the name of one in a secrets manager."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
CREDENTIAL: Final = "looks like a credential; store it in the secrets manager and refer to it by name"
"""What is said about such a place."""


def secret_fields(document: object) -> Iterator[str]:
    """The dotted places in a JSON-like document whose text (or key) looks like a credential."""
    yield from (".".join(map(str, place)) or "value" for place in secret_places(document))


def secret_places(document: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The same as keys and list indexes; a key that looks like a credential is named by what is around it."""
    match document:
        case str():
            if _SECRET.search(document):
                yield at
        case None | int() | float():
            return
        case dict() | Mapping():  # a dictionary is known as one much faster
            for key, value in document.items():
                hidden = _SECRET.search(str(key)) is not None
                if hidden:
                    yield at
                yield from secret_places(value, at if hidden else (*at, key))
        case list() | tuple() | Sequence() if not isinstance(document, bytes):
            for number, value in enumerate(document):
                yield from secret_places(value, (*at, number))
        case _:
            return


def names_credential(name: str) -> bool:
    """Whether a field of this name would hold a credential: `password`, `api_key`, `githubToken`, but not `token_url`."""
    return _NAMES_ONE.search(_CAMEL.sub("_", name).lower()) is not None


def credential_places(document: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places in a JSON-like document that are named like a credential and hold more than a template or a switch."""
    match document:
        case Mapping():
            for key, value in document.items():
                if names_credential(str(key)) and _is_written_out(value):
                    yield (*at, key)
                yield from credential_places(value, (*at, key))
        case list() | tuple():
            for number, value in enumerate(document):
                yield from credential_places(value, (*at, number))
        case _:
            return


def _is_written_out(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and "{" not in value
    return isinstance(value, int | float) and not isinstance(value, bool)


def refuse_secrets(document: object) -> None:
    """ValueError with the field's name where the document holds something like a credential."""
    for place in secret_fields(document):
        message = f"{place} {CREDENTIAL}"
        raise ValueError(message)
