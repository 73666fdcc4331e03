import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.escaping import as_plain, cell, code, is_address, link, mrkdwn, one_line, sentence, words


def test_slacks_control_characters_become_entities_and_nothing_else_does() -> None:
    assert mrkdwn("""<!channel> & "it's" *b*""", 100) == """&lt;!channel&gt; &amp; "it's" *b*"""


def test_what_is_escaped_already_is_escaped_again() -> None:
    assert mrkdwn("&lt;", 100) == "&amp;lt;"


def test_no_entity_is_cut_in_two() -> None:
    assert [mrkdwn("a&b", limit) for limit in (7, 6, 5, 2)] == ["a&amp;b", "a…", "a…", "a…"]


def test_a_text_that_fits_exactly_is_left_whole() -> None:
    assert (one_line("12345", 5), one_line("123456", 5)) == ("12345", "1234…")


def test_a_character_outside_the_first_plane_counts_twice() -> None:
    assert (one_line("😀😀", 4), one_line("😀😀", 3)) == ("😀😀", "😀…")


def test_lines_become_one() -> None:
    assert one_line("  a\r\n\tb\u2028c\x0bd  ", 50) == "a b c d"


def test_marks_that_hide_or_turn_text_are_left_out() -> None:
    assert one_line("a\u202eb\u2066c\u200bd\ufeffe\x00f\x1bg\ud800h\U000e0041i", 50) == "abcdefghi"


def test_no_character_passes_because_its_text_needs_no_search() -> None:
    """A text that is printable throughout is not searched for what hides; a hidden character makes that it is."""
    for first in range(0, 0x110000, 256):
        shown = "".join(filter(str.isprintable, map(chr, range(first, first + 256))))
        assert one_line(shown, 600) == one_line(f"{shown}\u200b", 600)


def test_languages_that_are_written_from_the_right_stay() -> None:
    assert one_line("שלום مرحبا", 50) == "שלום مرحبا"


def test_a_joined_emoji_stays_whole() -> None:
    assert one_line("👩‍🚀", 50) == "👩‍🚀"


def test_nothing_gets_out_of_a_code_span() -> None:
    assert code("a`b` <!here>\n```c```") == "`a'b' &lt;!here&gt; '''c'''`"


def test_an_empty_code_span_is_still_one() -> None:
    assert code("\u202e") == "`?`"


def test_words_open_no_code_span() -> None:
    assert words("run `rm` & go", 50) == "run 'rm' &amp; go"


def test_a_cell_holds_neither_pipes_nor_lines_nor_tags() -> None:
    assert cell("a|b\nc\\|<script>") == r"a\|b c\\\|&lt;script&gt;"


def test_a_sentence_ends_once() -> None:
    assert [sentence(text) for text in ("a", "a.", "a?", "a…", "")] == ["a.", "a.", "a?", "a…", ""]


def test_a_link_is_made_of_an_address_only() -> None:
    assert link("https://a.test/?x=1&y=2", "a|b") == "<https://a.test/?x=1&amp;y=2|a/b>"
    assert link("javascript:alert(1)", "here") == "here"


@pytest.mark.parametrize(
    "text", ["", "ftp://a.test", "https://a b", "https://a|b", "https://a>b", "https://a\nb", "https://\ud800", None, 7]
)
def test_what_is_no_address_is_not_linked(text: object) -> None:
    assert is_address(text) is False


def test_a_terminal_shows_labels_and_characters() -> None:
    shown = as_plain("<https://a.test|#12> &lt;b&gt; &amp;lt; <!date^1^{date}|2026-01-01> <@U_X>")
    assert shown == "#12 <b> &lt; 2026-01-01 @U_X"


@given(st.text(max_size=300), st.integers(1, 60))
def test_any_text_fits_and_has_only_whole_entities(text: str, limit: int) -> None:
    shown = mrkdwn(text, limit)
    assert len(shown) <= limit
    assert not re.search(r"[<>\n\r]|&(?!amp;|lt;|gt;)", shown)


@given(st.text(max_size=200))
def test_what_is_short_is_read_as_it_was_written(text: str) -> None:
    assert as_plain(mrkdwn(text, 2000)) == one_line(text, 2000)


def test_a_text_of_megabytes_is_cut_without_being_read_to_its_end() -> None:
    assert mrkdwn("&" * 10_000_000, 11) == "&amp;&amp;…"
