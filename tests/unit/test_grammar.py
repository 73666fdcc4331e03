"""The grammar of durations, percentages, comparisons and templates: what is read, what is refused, and how that teaches."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state_schema.grammar import (
    Comparison,
    Percentage,
    Quantity,
    parse_comparison,
    parse_duration,
    parse_percentage,
    placeholders,
    render,
)

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[A-Za-z0-9_-]{1,8}){1,3}", fullmatch=True)
PLAIN = st.text(st.characters(exclude_characters="{}"), max_size=20)


@given(number=st.integers(1, 999_999), unit=st.sampled_from("smhd"))
def test_a_duration_is_its_number_times_its_unit(number: int, unit: str) -> None:
    assert parse_duration(f"{number}{unit}").total_seconds() == number * UNITS[unit]


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_refused_with_the_units(text: str) -> None:
    try:
        assert parse_duration(text) > timedelta(0)
    except ValueError as exc:
        assert "90s, 15m, 24h or 7d" in str(exc)  # noqa: PT017 - either is right, and nothing else is


@given(st.decimals(0, 100, places=3))
def test_a_percentage_is_read_as_it_is_written(number: Decimal) -> None:
    assert parse_percentage(f"{number}%") == Percentage(number)
    assert str(parse_percentage(f"{number}%")) == f"{number}%"


@given(number=st.decimals(0, 100, places=2), count=st.integers(0, 100_000))
def test_a_share_is_never_more_than_the_whole(number: Decimal, count: int) -> None:
    assert 0 <= Percentage(number).of(count) <= count


def test_a_share_of_a_count_is_exact() -> None:
    assert parse_percentage("5%").of(66) == Decimal("3.3")
    assert parse_percentage("0.1%").of(1000) == 1


@pytest.mark.parametrize(
    "text", ["5", "%", "5 %", "101%", "100.1%", "-5%", "05%", "5.%", ".5%", "1e1%", "nan%", "\u0665%", "5%\n"]
)
def test_what_is_no_percentage_is_refused_and_one_is_shown(text: str) -> None:
    with pytest.raises(ValueError, match="write a number from 0 to 100 and the sign: 5% or 0.1%"):
        parse_percentage(text)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("error_rate > 0.1%", Comparison("error_rate", ">", Percentage(Decimal("0.1")))),
        ("count >= 3", Comparison("count", ">=", Decimal(3))),
        ("lag<90s", Comparison("lag", "<", timedelta(seconds=90))),
        ("rows == 0", Comparison("rows", "==", Decimal(0))),
    ],
)
def test_a_comparison_has_a_name_a_sign_and_a_quantity(text: str, parsed: Comparison) -> None:
    assert parse_comparison(text) == parsed


@pytest.mark.parametrize(
    "text", ["", "count", "count >", "> 3", "count => 3", "count > 3 > 2", "Count > 3", "count >  3"]
)
def test_what_is_no_comparison_is_refused_and_some_are_shown(text: str) -> None:
    with pytest.raises(ValueError, match="write for example error_rate > 0.1%, count >= 3 or lag < 90s"):
        parse_comparison(text)


@pytest.mark.parametrize("text", ["count > many", "count > 3w", "count > 101%", "count > 1e3"])
def test_the_quantity_of_a_comparison_has_a_known_unit(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (duration|percentage)"):
        parse_comparison(text)


@given(value=st.integers(-1000, 1000), threshold=st.integers(0, 1000))
def test_a_comparison_holds_exactly_where_the_numbers_compare_so(value: int, threshold: int) -> None:
    held = {sign: parse_comparison(f"n {sign} {threshold}").holds(value) for sign in ("<", "<=", ">", ">=", "==", "!=")}

    assert held == {
        "<": value < threshold, "<=": value <= threshold, ">": value > threshold,
        ">=": value >= threshold, "==": value == threshold, "!=": value != threshold,
    }  # fmt: skip


def test_percentages_and_durations_are_compared_with_their_like() -> None:
    assert parse_comparison("error_rate > 0.1%").holds(parse_percentage("0.2%"))
    assert not parse_comparison("lag < 90s").holds(parse_duration("2m"))


@pytest.mark.parametrize("value", [1, Decimal("0.2"), timedelta(seconds=1)])
def test_a_value_of_another_unit_is_refused_and_not_compared(value: Quantity | int) -> None:
    with pytest.raises(ValueError, match="error_rate is compared with a percentage, and was given as a"):
        parse_comparison("error_rate > 0.1%").holds(value)


@given(names=st.lists(NAMES, max_size=4), gaps=st.lists(PLAIN, min_size=5, max_size=5), value=st.text(max_size=10))
def test_rendering_puts_each_value_in_the_place_of_its_name(names: list[str], gaps: list[str], value: str) -> None:
    template = gaps[0] + "".join(f"{{{name}}}{gap}" for name, gap in zip(names, gaps[1:], strict=False))

    assert placeholders(template) == tuple(names)
    assert render(template, dict.fromkeys(names, value)) == template if not names else True
    assert render(template, dict.fromkeys(names, value)).count(value) >= (len(names) if value else 0)
