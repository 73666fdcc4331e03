"""Working hours in wall-clock time: the next moment is within them, the earliest one, in summer and in winter."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.domain.windows import DAYS
from shared.domain.working_hours import check_hours, next_moment

OFFICE = "Mon-Fri 09:00-17:00"
BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Pacific/Apia")
CLOCK_CHANGE = timedelta(hours=26)
"""No clock was ever changed by more: Apia crossed the date line."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("present", "following"),
    [
        pytest.param("2026-03-02T07:59", "2026-03-02T08:00", id="before work in winter"),
        pytest.param("2026-03-02T08:00", "2026-03-02T08:00", id="as it begins"),
        pytest.param("2026-03-02T15:59", "2026-03-02T15:59", id="the last minute"),
        pytest.param("2026-03-02T16:00", "2026-03-03T08:00", id="as it ends"),
        pytest.param("2026-03-06T16:30", "2026-03-09T08:00", id="over a weekend"),
        pytest.param("2026-03-27T16:30", "2026-03-30T07:00", id="over a weekend on which summer time begins"),
        pytest.param("2026-10-23T15:30", "2026-10-26T08:00", id="over a weekend on which it ends"),
    ],
)
def test_the_next_moment_at_work_in_berlin(present: str, following: str) -> None:
    assert next_moment(OFFICE, BERLIN, at(present)) == at(following)


@pytest.mark.parametrize(
    ("hours", "present", "following"),
    [
        pytest.param("Sat-Mon 10:00-12:00", "2026-03-04T00:00", "2026-03-07T09:00", id="days over the end of the week"),
        pytest.param("Wed 10:00-12:00", "2026-03-04T12:00", "2026-03-11T09:00", id="one day"),
        pytest.param("Sun 02:30-05:00", "2026-03-29T00:00", "2026-03-29T01:30", id="a begin that is skipped is later"),
        pytest.param("Sun 02:00-03:00", "2026-03-29T00:00", "2026-04-05T00:00", id="hours that are skipped"),
        pytest.param(
            "Sun 02:30-05:00", "2026-10-25T00:00", "2026-10-25T01:30", id="a begin that is doubled is the later"
        ),
        pytest.param(
            "Sun 01:00-02:30", "2026-10-25T00:45", "2026-11-01T00:00", id="an end that is doubled is the earlier"
        ),
    ],
)
def test_changes_of_the_clock_leave_fewer_hours(hours: str, present: str, following: str) -> None:
    assert next_moment(hours, BERLIN, at(present)) == at(following)


@dataclass(frozen=True)
class Hours:
    first: int
    length: int
    begin: time
    end: time
    zone: str

    def __str__(self) -> str:
        return f"{DAYS[self.first]}-{DAYS[(self.first + self.length) % 7]} {self.begin:%H:%M}-{self.end:%H:%M}"

    def hold(self, moment: datetime) -> bool:
        wall = moment.astimezone(ZoneInfo(self.zone))
        return (wall.weekday() - self.first) % 7 <= self.length and self.begin <= wall.time() < self.end


def an_hour(first: int, length: int, times: tuple[time, time], zone: str) -> Hours:
    return Hours(first, length, min(times), max(times), zone)


a_time = some.times().map(lambda one: one.replace(second=0, microsecond=0))
times_of_day = some.tuples(a_time, a_time).filter(lambda both: both[0] != both[1])
all_hours = some.builds(an_hour, some.integers(0, 6), some.integers(0, 6), times_of_day, some.sampled_from(ZONES))
moments = some.timedeltas(timedelta(), timedelta(days=7300)).map(lambda span: datetime(2010, 1, 1, tzinfo=UTC) + span)


@given(hours=all_hours, present=moments)
def test_it_is_within_the_hours_and_nothing_earlier_is(hours: Hours, present: datetime) -> None:
    zone = ZoneInfo(hours.zone)

    found = next_moment(str(hours), hours.zone, present)

    assert found >= present
    assert hours.hold(found)
    assert next_moment(str(hours), hours.zone, found) == found
    before, after = (moment.astimezone(zone).utcoffset() for moment in (present - CLOCK_CHANGE, found + CLOCK_CHANGE))
    if before == after and found > present:
        assert found.astimezone(zone).time() == hours.begin
        earlier = (found - timedelta(minutes=minutes) for minutes in range(1, 14 * 24 * 60, 7))
        assert not any(hours.hold(one) for one in earlier if one >= present)


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("Mon-Fri 17:00-09:00", "ends before it begins"),
        ("Mon-Fri 09:00-09:00", "ends before it begins"),
        ("Mon-Fri 09:00-24:00", "'24:00' is no time of day"),
        ("Mon 25:00-26:00", "'25:00' is no time of day"),
    ],
)
def test_hours_that_there_are_not_are_refused(hours: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_hours(hours)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        next_moment(OFFICE, BERLIN, datetime(2026, 3, 2))  # noqa: DTZ001
