"""What a person typed, as words; and letters that only look right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.app.command_words import Words, read_words
from shared.domain.look_alikes import look_alikes, plain_of
from state_schema.answers import Answer


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("retry a test", ("retry", "a", "test")),
        ("skip a test \u201ctwo words\u201d", ("skip", "a", "test", "two words")),
        ("skip a test \u201edeutsch\u201c", ("skip", "a", "test", "deutsch")),
        ("skip a test \u00abmots\u00bb", ("skip", "a", "test", "mots")),
        ("skip a test \u2018two words\u2019", ("skip", "a", "test", "two words")),
        ("skip a test it\u2019s late", ("skip", "a", "test", "it\u2019s", "late")),
        ("skip a test \u2018it\u2019s late\u2019", ("skip", "a", "test", "it\u2019s late")),
        ("skip a test reason \u2014 because", ("skip", "a", "test", "reason", "\u2014", "because")),
        ("skip a test \u2014because", ("skip", "a", "test", "\u2014because")),
        ("deploy a \u2014force", ("deploy", "a", "--force")),
        ("deploy a --force", ("deploy", "a", "--force")),
        ("move a p@2 \u2013\u2013rename x.y=x.z", ("move", "a", "p@2", "--rename", "x.y=x.z")),
        ("decide a reason=\u201ctwo words\u201d", ("decide", "a", "reason=two words")),
        ("", ()),
    ],
)
def test_what_a_phone_makes_of_it_is_read_as_it_was_meant(typed: str, words: tuple[str, ...]) -> None:
    assert read_words(typed) == Words(words)


@pytest.mark.parametrize("typed", ["\u2014campaign x status", "status --campaign=x", "status \u2013\u2013campaign x"])
def test_the_campaign_is_taken_out(typed: str) -> None:
    assert read_words(typed) == Words(("status",), "x")


def test_an_option_without_a_name_stays_a_word() -> None:
    assert read_words("status --campaign") == Words(("status", "--campaign"))


@given(st.text(max_size=3000))
def test_any_text_is_words_or_an_answer(typed: str) -> None:
    assert isinstance(read_words(typed), Words | Answer)


def test_a_letter_of_another_alphabet_is_named() -> None:
    (found,) = look_alikes("pr\u043ed-us")

    assert (found.place, found.like, found.words) == (3, "o", "U+043E CYRILLIC SMALL LETTER O")


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("\u0435mail", "email"),
        ("\u03bfps", "ops"),
        ("prod\u2013us", "prod-us"),
        ("\uff45mail", "email"),
        ("\u0131nfra", "infra"),
        ("e\u0301mail", "e\u0301mail"),
        ("email", "email"),
    ],
)
def test_a_word_as_it_looks(word: str, plain: str) -> None:
    assert plain_of(word) == plain


def test_a_letter_that_looks_like_none_is_not_blamed() -> None:
    assert look_alikes("\u00fcber \u65e5\u672c \U0001f600") == []


@given(st.text(max_size=300))
def test_any_word_has_a_plain_form(word: str) -> None:
    assert all(one.place <= len(word) and one.words.startswith("U+") for one in look_alikes(word))
    plain_of(word)
