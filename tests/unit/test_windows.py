"""Windows in wall-clock time: weekly, chained, and on the days on which the clock changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.windows import check_window, denied_until
from state_schema.campaign import Window

BERLIN = ZoneInfo("Europe/Berlin")
WEEKEND = Window(deny="Fri 16:00 - Mon 08:00", zone="Europe/Berlin")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu")


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-20 15:59", None),
        ("2026-11-20 16:00", "2026-11-23 08:00"),
        ("2026-11-21 12:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", None),
        ("2026-11-25 12:00", None),
    ],
)
def test_a_weekend_denies_from_its_first_minute_to_its_last(at: str, until: str | None) -> None:
    assert denied_until([WEEKEND], "test", berlin(at)) == (berlin(until) if until else None)


@pytest.mark.parametrize(
    ("deny", "at", "until"),
    [
        ("Wed 22:00 - Wed 23:00", "2026-11-25 22:30", "2026-11-25 23:00"),
        ("Wed 22:00 - Wed 23:00", "2026-11-25 23:00", None),
        ("Wed 23:00 - Wed 22:00", "2026-11-25 22:30", None),
        ("Wed 23:00 - Wed 22:00", "2026-11-24 12:00", "2026-11-25 22:00"),
        ("Wed 23:00 - Wed 22:00", "2026-11-25 23:00", "2026-12-02 22:00"),
    ],
)
def test_a_span_on_one_day_is_short_or_wraps_round_the_week(deny: str, at: str, until: str | None) -> None:
    window = Window(deny=deny, zone="Europe/Berlin")
    assert denied_until([window], None, berlin(at)) == (berlin(until) if until else None)


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2026-03-27 16:00", 63),  # the clock goes forward on Sunday 29 March 2026
        ("2026-10-23 16:00", 65),  # and back on Sunday 25 October 2026
        ("2026-11-20 16:00", 64),
    ],
)
def test_a_weekend_ends_at_eight_by_the_clock_on_the_wall_whatever_the_season(at: str, hours: int) -> None:
    assert denied_until([WEEKEND], None, berlin(at)) == berlin(at) + timedelta(hours=hours)


def test_an_end_that_comes_twice_in_the_night_is_the_second_one() -> None:
    window = Window(deny="Sun 01:00 - Sun 02:30", zone="Europe/Berlin")
    end = berlin("2026-10-25 02:30", fold=1)
    assert denied_until([window], None, berlin("2026-10-25 02:30", fold=0)) == end
    assert denied_until([window], None, berlin("2026-10-25 02:29", fold=1)) == end
    assert denied_until([window], None, end) is None


def test_a_beginning_that_comes_twice_in_the_night_is_the_first_one() -> None:
    window = Window(deny="Sun 02:30 - Sun 04:00", zone="Europe/Berlin")
    assert denied_until([window], None, berlin("2026-10-25 02:29", fold=0)) is None
    assert denied_until([window], None, berlin("2026-10-25 02:00", fold=1)) == berlin("2026-10-25 04:00")


def test_hours_that_the_clock_skips_deny_rather_more_than_less() -> None:
    begins, ends = (
        Window(deny=deny, zone="Europe/Berlin") for deny in ("Sun 02:30 - Sun 05:00", "Sun 01:00 - Sun 02:30")
    )
    assert denied_until([begins], None, berlin("2026-03-29 01:30")) == berlin("2026-03-29 05:00")
    assert denied_until([ends], None, berlin("2026-03-29 03:29")) == berlin("2026-03-29 03:30")
    assert denied_until([ends], None, berlin("2026-03-29 03:30")) is None


def test_a_span_whose_beginning_falls_into_the_evening_before_is_seen_there() -> None:
    # In Havana the clock goes from 00:00 to 01:00 on Sunday 8 March 2026.
    window = Window(deny="Sun 00:15 - Sun 06:00", zone="America/Havana")
    at = datetime(2026, 3, 7, 23, 30, tzinfo=ZoneInfo("America/Havana"))
    assert denied_until([window], None, at) == datetime(2026, 3, 8, 10, 0, tzinfo=UTC)


def test_windows_that_overlap_or_touch_are_one() -> None:
    windows = [
        Window(deny="Mon 11:00 - Mon 13:00"),
        Window(deny="Mon 09:00 - Mon 12:00"),
        Window(deny="Mon 14:00 - Mon 15:00", zone="Europe/Berlin"),  # 13:00 to 14:00 UTC in winter
        Window(deny="Mon 15:00 - Mon 16:00"),
    ]
    assert denied_until(windows, None, datetime(2026, 11, 23, 9, tzinfo=UTC)) == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_windows_that_never_leave_a_gap_are_followed_for_about_a_week() -> None:
    windows = [Window(deny="Mon 00:00 - Thu 12:00"), Window(deny="Thu 00:00 - Mon 00:00")]
    until = denied_until(windows, None, datetime(2026, 11, 23, tzinfo=UTC))
    assert until == datetime(2026, 11, 30, tzinfo=UTC)


def test_a_window_holds_its_own_environments_and_the_shared_track_only_where_it_names_none() -> None:
    named = Window(deny="Mon 00:00 - Tue 00:00", environments=("prod-us", "prod-eu"))
    at, end = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    assert [denied_until([named], name, at) for name in ("prod-us", "prod-eu", "test", None)] == [end, end, None, None]
    everywhere = named.model_copy(update={"environments": None})
    assert [denied_until([everywhere], name, at) for name in ("prod-us", None)] == [end, end]
    nowhere = named.model_copy(update={"environments": ()})
    assert [denied_until([nowhere], name, at) for name in ("prod-us", None)] == [None, None]


def test_without_windows_nothing_is_read_and_nothing_denied() -> None:
    assert denied_until((), "test", datetime(2026, 11, 23)) is None  # noqa: DTZ001 - not even the zone matters


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        denied_until([WEEKEND], None, datetime(2026, 11, 21))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("deny", ["Fri 24:00 - Mon 08:00", "Fri 16:00 - Mon 29:59", "Fri 16:60 - Mon 08:00"])
def test_an_hour_that_does_not_exist_is_refused_when_it_is_applied(deny: str) -> None:
    window = Window.model_construct(deny=deny, zone="UTC", environments=None)
    with pytest.raises(ValueError, match="no time of the week"):
        check_window(window)


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Olympus", "America", "../../etc/passwd", "/etc/passwd", "CEST+99", "Europe/Berlin\x00", "x" * 5000],
)
def test_a_zone_that_does_not_exist_is_refused_when_it_is_applied(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone; write an IANA name"):
        check_window(Window(deny="Fri 16:00 - Mon 08:00", zone=zone))


def test_a_window_that_begins_when_it_ends_is_refused_when_it_is_applied() -> None:
    with pytest.raises(ValueError, match="begins and ends at the same time"):
        check_window(Window(deny="Mon 08:00 - Mon 08:00"))


def test_a_right_window_is_accepted_when_it_is_applied() -> None:
    check_window(WEEKEND)


_WEEK_TIMES = st.builds(
    "{} {:02}:{:02}".format, st.sampled_from(DAYS), st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59])
)
_MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone is beside
_WINDOWS = st.builds(
    lambda begin, end, zone: Window(deny=f"{begin} - {end}", zone=zone),
    _WEEK_TIMES,
    _WEEK_TIMES,
    st.sampled_from(ZONES),
)


def _minute_of_week(text: str) -> int:
    day, at = text.split(" ")
    return DAYS.index(day) * 1440 + int(at[:2]) * 60 + int(at[3:])


@given(begin=_WEEK_TIMES, end=_WEEK_TIMES, at=_MOMENTS)
def test_where_no_clock_changes_a_window_denies_exactly_its_minutes_of_the_week(
    begin: str, end: str, at: datetime
) -> None:
    first, last = _minute_of_week(begin), _minute_of_week(end)
    if first == last:
        return
    present = at.weekday() * 1440 + at.hour * 60 + at.minute
    denied = (present - first) % 10080 < (last - first) % 10080
    until = denied_until([Window(deny=f"{begin} - {end}")], None, at)
    wait = timedelta(minutes=(last - present) % 10080, seconds=-at.second, microseconds=-at.microsecond)
    assert until == (at + wait if denied else None)


@given(windows=st.lists(_WINDOWS, max_size=4), at=_MOMENTS)
def test_the_end_lies_ahead_and_all_before_it_is_denied_as_long(windows: Sequence[Window], at: datetime) -> None:
    until = denied_until(windows, None, at)
    if until is None:
        return
    assert at < until < at + timedelta(days=16)
    for part in (0.1, 0.5, 0.9, 0.999):
        later = denied_until(windows, None, at + (until - at) * part)
        assert later is not None
        assert later >= until
    if until < at + timedelta(days=7):
        assert denied_until(windows, None, until) is None
