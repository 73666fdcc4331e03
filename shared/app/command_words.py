"""Splits what a person typed into words: a phone's quotes and dashes are read as they were meant."""

import re
import shlex
from typing import Final, NamedTuple

from state_schema.answers import Answer, Suggestion, refused

_CAMPAIGN: Final = "--campaign"
_MEANT: Final = str.maketrans({
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"',
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u200b": None, "\ufeff": None, "\u2060": None,
})  # fmt: skip
_DASHED: Final = re.compile(
    r"(?:(?<=\s)|^)(?:[\u2014\u2013\u2015\u2012]{1,2}|[\u2014\u2013-]{2})(?=(?:campaign|force|rename|leave-out|to)\b)"
)
"""A phone turns two hyphens before an option into a dash; elsewhere a dash is a dash."""
_QUOTED: Final = re.compile(r"(?:(?<=\s)|^|(?<==))[\u2018\u201a\u201b](.*?)[\u2019\u2018](?!\w)")
"""A pair of single quotes; one alone is an apostrophe, and stays what it is."""
_UNREADABLE: Final = (
    "I can't read that: a quotation mark (or an apostrophe) has no partner, or a backslash has nothing after it."
    " Put it right, or leave it out."
)


class Words(NamedTuple):
    """The words, without the option that names a campaign, and that name."""

    words: tuple[str, ...]
    campaign: str | None = None


def read_words(text: str) -> Words | Answer:
    """What was typed, as words; an answer where a quotation mark has no partner."""
    try:
        words = shlex.split(_as_meant(text))
    except ValueError:
        return refused("unreadable", _UNREADABLE, Suggestion(label="Help", command="help"))
    return _without_option(words)


def _as_meant(text: str) -> str:
    return _DASHED.sub("--", _QUOTED.sub(r"'\1'", text.translate(_MEANT)))


def _without_option(words: list[str]) -> Words:
    """`--campaign NAME` or `--campaign=NAME` is taken out; an option without a name stays a word."""
    for place, word in enumerate(words):
        option, equals, name = word.partition("=")
        if option == _CAMPAIGN and equals:
            return Words((*words[:place], *words[place + 1 :]), name)
        if option == _CAMPAIGN and place + 1 < len(words):
            return Words((*words[:place], *words[place + 2 :]), words[place + 1])
    return Words(tuple(words))
