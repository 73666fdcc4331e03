"""Patterns of forms: what is usual is taken, what could take for ever on a short text is not."""

import re
import signal
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.patterns import pattern_problem
from state_schema.forms import LONGEST_TEXT

USUAL = [
    r"^[a-z]+(-[a-z0-9]+)*$",
    r"^[a-z]+-[0-9]+-[a-z]+$",
    r"^https?://[^\s/]+(/\S*)?$",
    r"^.*-prod-.*$",
    r"^(dev|test|prod)$",
    r"^\d{4}-\d{2}-\d{2}$",
    r"^(?:[01]\d|2[0-3]):[0-5]\d$",
    r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    r"^[а-яё]+( [а-яё]+)*$",  # noqa: RUF001 - letters beyond ASCII
    r"[]a]+[^]b]?",
    r"\.\\[\]]",
    "{a{b}",
]
CATASTROPHIC = [
    r"(a+)+$",
    r"^(a|a)*$",
    r"^(a|ab)*$",
    r"(a*)*",
    r"(|a)+$",
    "a?" * 60 + "a" * 60,
    r".*.*.*x",
    r"\d*\d*\d*x",
    r"^(\w+\s?)*$",
    r"(x+x+)+y",
    r"(a{1,30}){1,30}$",
    r"(a{,200}){,200}$",
    r"(a{,}){,}$",
    r"([aж]|[bж])*$",
    r"([а-я]|[г-ж])*$",  # noqa: RUF001 - as above
]
OTHERWISE = {
    r"[": "is no regular expression: unterminated character set at position 0",
    r"a**": "is no regular expression: multiple repeat at position 2",
    r"(?=a)b": "uses `(?=`",
    r"(?i)a": "uses `(?i`",
    r"(?P<n>a)": "uses `(?P`",
    r"(a)\1": r"uses `\1`",
    r"\bword": r"uses `\b`",
    r"[\u0436]": r"uses `\u`",
    r"a++": "uses a count that gives nothing back",
    "a{99999999999}": "is no regular expression",
    "(" * 200: "is no regular expression",
}
HARD = ["a" * 500, "a" * 499 + "!", "ab" * 250, "ab" * 249 + "!!", "-" * 500, "a-" * 250, "0" * 500, "ж" * 499 + "!"]


@pytest.mark.parametrize("pattern", USUAL)
def test_a_usual_pattern_is_taken(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize("pattern", CATASTROPHIC, ids=range(len(CATASTROPHIC)))
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    problem = pattern_problem(pattern)

    assert problem is not None
    assert problem.startswith("could take very long on some texts: ")


@pytest.mark.parametrize(("pattern", "said"), OTHERWISE.items())
def test_what_is_no_pattern_for_a_form_is_refused_with_what_it_uses(pattern: str, said: str) -> None:
    problem = pattern_problem(pattern)

    assert problem is not None
    assert problem.startswith(said)


PIECES = [
    *"ab.-^$|()*+?", "(?:", "[ab]", "[^a]", r"\w", r"\d", "{2}", "{,5}", "{1,}", "{3,40}", "*?", "+?",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=20).map("".join))
@settings(max_examples=150, deadline=None)
def test_a_pattern_that_is_taken_is_searched_for_in_time(pattern: str) -> None:
    if pattern_problem(pattern) is not None:
        return
    before = signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(20)
    try:
        for text in HARD:
            assert len(text) <= LONGEST_TEXT
            re.search(pattern, text)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _too_late(number: int, frame: FrameType | None) -> None:
    raise AssertionError("it takes too long")
