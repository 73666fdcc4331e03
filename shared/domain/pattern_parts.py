"""A pattern as its parts, and which characters each can begin with: what must be known to count its ways."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SAMPLE: Final = "".join(map(chr, range(128))) + "\u00e9\u0416\u4e2d\u0663\u2003\U0001f600"
"""One of each kind of character that a class can tell apart: all of ASCII, and letters, a digit, a blank, a sign beyond.

The pattern's own characters come to it: two ranges that overlap share an end of one of them.
"""
_ENDS: Final = frozenset({"^", "$"})
_COUNT: Final = re.compile(r"\{(?!\})([0-9]*)(?:(,)([0-9]*))?\}")
_NOT_READ: Final = frozenset("AbBZxuUN0123456789")
"""Escapes that match no character, another group's text, or a character that the sample would miss."""
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)

Characters = frozenset[str]
"""Of the sample; `start` and `end` stand for `^` and `$`."""


@dataclass(frozen=True, slots=True)
class One:
    """A character, a class, or an end of the text."""

    first: Characters
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One part after the other."""

    parts: tuple["Part", ...]
    first: Characters
    nullable: bool


@dataclass(frozen=True, slots=True)
class Either:
    """One of several branches."""

    branches: tuple["Part", ...]
    first: Characters
    nullable: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """A part, `least` to `most` times."""

    part: "Part"
    least: int
    most: float
    first: Characters
    nullable: bool


Part = One | Row | Either | Repeated


class NotReadError(Exception):
    """What stands there is not for forms."""


class Reader:
    """Reads a pattern that `re` can compile."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._sample = _SAMPLE + "".join(sorted(set(pattern) - set(_SAMPLE)))

    def read(self) -> Part:
        """The whole pattern; NotReadError names what in it is not for forms."""
        for escape in _ESCAPE.findall(self._text):
            if escape in _NOT_READ:
                raise NotReadError(f"`\\{escape}`")
        return self._either()

    def _either(self) -> Part:
        branches = [self._row()]
        while self._takes("|"):
            branches.append(self._row())
        if len(branches) == 1:
            return branches[0]
        first = frozenset[str]().union(*(branch.first for branch in branches))
        return Either(tuple(branches), first, any(branch.nullable for branch in branches))

    def _row(self) -> Part:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._counted(self._one()))
        return Row(tuple(parts), first_of(parts, frozenset()), all(part.nullable for part in parts))

    def _one(self) -> Part:
        text, start = self._text, self._at
        if self._takes("("):
            if text.startswith("?", self._at) and not self._takes("?:"):
                raise NotReadError(f"`{text[start : start + 3]}`")
            group = self._either()
            self._at += 1
            return group
        if text[start] == "[":
            found = _CLASS.match(text, start)
            self._at = found.end() if found else len(text)
            return One(self._members(text[start : self._at]))
        self._at += 2 if text[start] == "\\" else 1
        if text[start] in _ENDS:
            return One(frozenset({"start" if text[start] == "^" else "end"}))
        return One(self._members(text[start : self._at]))

    def _counted(self, part: Part) -> Part:
        least, most = 1, 1.0
        if self._takes("*"):
            least, most = 0, math.inf
        elif self._takes("+"):
            most = math.inf
        elif self._takes("?"):
            least = 0
        elif found := _COUNT.match(self._text, self._at):
            self._at = found.end()
            least = int(found[1] or 0)
            most = int(found[3]) if found[3] else math.inf if found[2] else least
        else:
            return part
        if self._takes("+"):
            raise NotReadError("a count that gives nothing back (`++`, `*+`)")
        self._takes("?")
        return Repeated(part, least, most, part.first, part.nullable or least == 0)

    def _members(self, piece: str) -> Characters:
        """Which characters of the sample this class, escape or character takes."""
        one = re.compile(piece, re.DOTALL)
        return frozenset(character for character in self._sample if one.fullmatch(character))

    def _takes(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) if found else 0
        return found


def first_of(parts: Sequence[Part], follow: Characters) -> Characters:
    """What the parts in a row can begin with; where all of them may be empty, what follows them as well."""
    found: Characters = frozenset()
    for part in parts:
        found |= part.first
        if not part.nullable:
            return found
    return found | follow
