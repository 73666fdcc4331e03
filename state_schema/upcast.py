"""Brings stored documents of earlier schema versions up to the present one, before they are validated."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from pydantic import JsonValue

from state_schema.model import SCHEMA_VERSION

Kind = Literal["migration", "campaign", "gate", "recorded", "control", "application", "parked", "memberships"]
Document = dict[str, JsonValue]

CHAINED: Final[frozenset[Kind]] = frozenset({"recorded", "control", "application"})
"""Facts whose hashes cover every word of them, the schema version too: they are read as they were written, for ever.

What a release adds to them is None in older ones, and only that.
"""
_UPCASTS: Final[Mapping[tuple[Kind, int], Callable[[Document], Document]]] = {}
"""(kind, from version) to the function that gives the next version's form."""


class SchemaTooNewError(ValueError):
    """The document was written by a later release: this one must not touch it."""

    def __init__(self, kind: Kind, version: int) -> None:
        super().__init__(
            f"this {kind} has schema version {version}, this release knows up to {SCHEMA_VERSION}: "
            "deploy the release that wrote it, or a later one"
        )


def upcast(kind: Kind, document: Document) -> Document:
    """The document in the present schema version, or as it is where it is CHAINED; SchemaTooNewError where a later release
    wrote it.
    """
    version = document.get("schema_version", 1)
    if not isinstance(version, int) or version < 1:
        message = f"this {kind} has no readable schema_version: {version!r}"
        raise ValueError(message)
    if version > SCHEMA_VERSION:
        raise SchemaTooNewError(kind, version)
    for step in () if kind in CHAINED else range(version, SCHEMA_VERSION):
        document = {**_UPCASTS[(kind, step)](document), "schema_version": step + 1}
    return document
