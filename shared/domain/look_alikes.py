"""Letters that look like others: a name that seems right and is not, and exactly which character is why."""

import unicodedata
from typing import Final, NamedTuple

_LIKE: Final = str.maketrans(
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u0501\u051b\u051d\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425"
    "\u03bf\u03b1\u03b5\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u0131\u0261\u2024\u2010\u2011\u2012\u2013\u2014\u2212\u2015",
    "aceopxyijsdqwABCEHKMOPTXoaeikvptuxABEZHIKMNOPTYXig.-------",
)
"""Cyrillic and Greek letters, dashes and dots, to what they look like; what is compatible is left to Unicode itself."""
_READ: Final = 100


class LookAlike(NamedTuple):
    """A character that is not what it looks like; `place` counts from 1."""

    character: str
    place: int
    like: str

    @property
    def words(self) -> str:
        """`U+0435 CYRILLIC SMALL LETTER IE`."""
        return f"U+{ord(self.character):04X} {unicodedata.name(self.character, 'a character without a name')}"


def look_alikes(word: str) -> list[LookAlike]:
    """The characters outside ASCII that look like one within it, in order; only the beginning is read."""
    found = []
    for place, character in enumerate(word[:_READ], start=1):
        like = plain_of(character)
        if not character.isascii() and like.isascii() and like:
            found.append(LookAlike(character, place, like))
    return found


def plain_of(word: str) -> str:
    """The word as it looks: letters from other alphabets as those that they look like."""
    return unicodedata.normalize("NFKD", word[:_READ].translate(_LIKE)).translate(_LIKE)
