"""Which patterns a plan's forms may hold: those whose search in a short text always ends soon, whatever the text.

Python's `re` tries one way after the other. How many there can be is counted here before a plan is published: at each
choice (go on with a repetition or leave it, this branch or that one) the next character either decides, or the ways
multiply.
"""

import math
import re
from typing import Final

from shared.domain.pattern_parts import Characters, Either, NotReadError, One, Part, Reader, Repeated, Row, first_of
from state_schema.forms import LONGEST_TEXT

_MOST_WAYS: Final = LONGEST_TEXT**2


def pattern_problem(pattern: str) -> str | None:
    """Why this pattern may not stand in a form, as the end of a sentence; None where it may."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as exc:
        return f"is no regular expression: {exc}"
    try:
        part = Reader(pattern).read()
    except NotReadError as exc:
        return f"uses {exc}, which is not for forms: characters, classes, groups, `|`, counts, `^` and `$` are"
    starts = 1 if part.first == {"start"} else LONGEST_TEXT
    if _ways(part, frozenset()) * starts > _MOST_WAYS:
        return (
            "could take very long on some texts: parts that repeat, one in or after the other, can take the same "
            "characters in many ways. Let what separates them differ, or count with {1,9}"
        )
    return None


def lengths_of(pattern: str) -> tuple[float, float]:
    """(at least, at most) how many characters a text has in which this pattern is found; it may stand in a form.

    Not exact: there may be fewer that have a text. The most is only known of what `^` begins and `$` ends.
    """
    part = Reader(pattern).read()
    least, most = _lengths(part)
    ends = part.parts[:1] + part.parts[-1:] if isinstance(part, Row) else ()
    return least, most if [one.first for one in ends if isinstance(one, One)] == [{"start"}, {"end"}] else math.inf


def _lengths(part: Part) -> tuple[float, float]:
    match part:
        case One(first=first):
            return (0, 0) if first <= {"start", "end"} else (1, 1)
        case Row(parts=parts):
            inside = [_lengths(one) for one in parts]
            return sum(least for least, _ in inside), sum(most for _, most in inside)
        case Either(branches=branches):
            inside = [_lengths(one) for one in branches]
            return min(least for least, _ in inside), max(most for _, most in inside)
        case Repeated():
            least, most = _lengths(part.part)
            return least * part.least, most * part.most if most else 0


def _ways(part: Part, follow: Characters) -> float:
    """In how many ways at most the part can take the same text, where `follow` may come after it."""
    match part:
        case One():
            return 1
        case Row(parts=parts):
            after = [first_of(parts[number + 1 :], follow) for number in range(len(parts))]
            return math.prod(_ways(one, behind) for one, behind in zip(parts, after, strict=True))
        case Either(branches=branches):
            begins = [branch.first | (follow if branch.nullable else frozenset()) for branch in branches]
            told_apart = sum(map(len, begins)) == len(frozenset[str]().union(*begins))
            ways = [_ways(branch, follow) for branch in branches]
            return max(ways) if told_apart else sum(ways)
        case Repeated():
            return _repeated(part, follow)


def _repeated(part: Repeated, follow: Characters) -> float:
    once = _ways(part.part, part.first | follow if part.most > 1 else follow)
    if part.most > 1 and (part.part.nullable or once > 1):
        return math.inf if part.most > LONGEST_TEXT or part.part.nullable else once**part.most
    if part.least == part.most or part.first.isdisjoint(follow):
        return once
    return once * min(part.most - part.least + 1, LONGEST_TEXT)
