"""When people are at work: the same hours of some weekdays, in wall-clock time, summer time included."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.windows import DAYS, readings, zone_of

_LOOKED_THROUGH: Final = 22
"""Days: where a change of the clock, or of the date line, takes the hours of one week, they are there in the next."""


class _Hours(NamedTuple):
    days: frozenset[int]
    begin: time
    end: time
    zone: ZoneInfo


def check_hours(hours: str) -> None:
    """ValueError where there are no such hours, or where they end before they begin."""
    found = _parsed(hours, "UTC")
    if found.end <= found.begin:
        raise ValueError(
            f"{hours!r} ends before it begins, and hours do not go past midnight; write Mon-Fri 09:00-17:00"
        )


def next_moment(hours: str, zone: str, at: datetime) -> datetime:
    """`at` itself (in UTC) where it is within the hours, else when they begin next.

    They end before their last minute is full: 17:00 is outside `09:00-17:00`. A wall time that a change of the clock skips or
    doubles is read so that fewer hours are left.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone; working hours need to know when it is")
    present = at.astimezone(UTC)
    for begin, end in _spans(_parsed(hours, zone), present):
        if present < end and begin < end:
            return max(begin, present)
    raise ValueError(f"{hours!r} in {zone} has no hour within {_LOOKED_THROUGH} days of {at}")


def _spans(hours: _Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """(begin, end) in UTC of the hours of each day, from the day before `at` on."""
    today = at.astimezone(hours.zone).date()
    for number in range(-1, _LOOKED_THROUGH):
        day = today + timedelta(days=number)
        if day.weekday() in hours.days:
            yield max(readings(day, hours.begin, hours.zone)), min(readings(day, hours.end, hours.zone))


@lru_cache(maxsize=256)
def _parsed(hours: str, zone: str) -> _Hours:
    days, _, times = hours.partition(" ")
    first, _, last = days.partition("-")
    begin, _, end = times.partition("-")
    length = (DAYS.index(last or first) - DAYS.index(first)) % 7
    chosen = frozenset((DAYS.index(first) + number) % 7 for number in range(length + 1))
    return _Hours(chosen, _time(begin), _time(end), zone_of(zone))


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"{text!r} is no time of day; write for example 09:00-17:00, up to 23:59") from exc
