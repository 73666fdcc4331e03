"""When a campaign's windows deny starts: weekly spans in wall-clock time, summer time included."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from state_schema.campaign import Window

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK: Final = timedelta(days=7)


class _WeekTime(NamedTuple):
    day: int
    at: time


class _Span(NamedTuple):
    begin: _WeekTime
    end: _WeekTime
    zone: ZoneInfo


def check_window(window: Window) -> None:
    """ValueError where its hours or its zone do not exist, or where it begins and ends at the same time."""
    span = _span_of(window)
    if span.begin == span.end:
        raise ValueError(f"{window.deny!r} begins and ends at the same time; write for example Fri 16:00 - Mon 08:00")


def denied_until(windows: Sequence[Window], environment: str | None, at: datetime) -> datetime | None:
    """The end (UTC) of what denies a start at `at`, or None where nothing does.

    Windows that overlap or touch are one. A chain is followed for a week: then look again. The shared track (`environment`
    None) is held only by windows that name no environments. A wall time that a change of the clock skips or doubles is
    read so that more is denied.
    """
    if not windows:
        return None
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone; windows need to know when it is")
    spans = [_span_of(window) for window in windows if _holds(window, environment)]
    present = at.astimezone(UTC)
    until = present
    while until < present + _WEEK:
        later = max((end for span in spans for end in _ends_over(span, until)), default=until)
        if later == until:
            break
        until = later
    return until if until > present else None


def next_refusal(windows: Sequence[Window], environment: str | None, at: datetime, ends: datetime) -> datetime | None:
    """When the first window begins, after `at`, that refuses work which ends at `ends` only; None where none does."""
    spans = [_span_of(window) for window in windows if window.overrun == "refuse" and _holds(window, environment)]
    begins = (begin for span in spans for begin, _ in _occurrences(span, at) if at < begin < ends)
    return min(begins, default=None)


def longest_before(windows: Sequence[Window], environment: str | None, at: datetime) -> timedelta | None:
    """How long work may take at most to be over before the next window that refuses it, whenever it starts in the weeks
    about `at`; None where no window refuses any.
    """
    spans = [(window.overrun, _span_of(window)) for window in windows if _holds(window, environment)]
    refusing = [span for overrun, span in spans if overrun == "refuse"]
    if not refusing:
        return None
    ends = {end for _, span in spans for _, end in _occurrences(span, at)}
    free = [end for end in ends if denied_until(windows, environment, end) is None]
    begins = [min(begin for span in refusing for begin, _ in _occurrences(span, end) if begin > end) for end in free]
    return max((begin - end for begin, end in zip(begins, free, strict=True)), default=timedelta())


def _holds(window: Window, environment: str | None) -> bool:
    return window.environments is None or environment in window.environments


def _ends_over(span: _Span, at: datetime) -> Iterator[datetime]:
    """The end of each occurrence of the span that covers `at`."""
    return (end for begin, end in _occurrences(span, at) if begin <= at < end)


def _occurrences(span: _Span, at: datetime) -> Sequence[tuple[datetime, datetime]]:
    """(begin, end) of every occurrence that may cover `at`, and of the next one."""
    return _occurrences_about(span, at.astimezone(span.zone).date())


@lru_cache(maxsize=1024)
def _occurrences_about(span: _Span, today: date) -> Sequence[tuple[datetime, datetime]]:
    length = (span.end.day - span.begin.day) % 7
    if length == 0 and span.end.at <= span.begin.at:
        length = 7
    found = []
    latest = today - timedelta(days=(today.weekday() - span.begin.day) % 7)
    for first in (latest - _WEEK, latest, latest + _WEEK):
        begin = min(readings(first, span.begin.at, span.zone))
        end = max(readings(first + timedelta(days=length), span.end.at, span.zone))
        found.append((begin, end))
    return tuple(found)


def readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants that a wall time may mean (PEP 495): they differ only where the clock changes."""
    wall = datetime.combine(day, at, zone)
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _span_of(window: Window) -> _Span:
    return _span(window.deny, window.zone)


@lru_cache(maxsize=256)
def _span(deny: str, zone: str) -> _Span:
    begin, end = deny.split(" - ")
    return _Span(_week_time(begin), _week_time(end), zone_of(zone))


def _week_time(text: str) -> _WeekTime:
    day, at = text.split(" ")
    try:
        return _WeekTime(DAYS.index(day), time.fromisoformat(at))
    except ValueError as exc:
        raise ValueError(f"{text!r} is no time of the week; write for example Fri 16:00, hours up to 23:59") from exc


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name; ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(f"{name!r} is no time zone; write an IANA name, for example Europe/Berlin or UTC") from exc
