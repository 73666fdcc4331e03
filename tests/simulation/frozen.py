"""What pauses, windows and freezes deny, computed once more from their words: in minutes of the week, by no rule of ours."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.view import View
from state_schema.campaign import Window
from state_schema.plan import SkillStep, Stop

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = 7 * 24 * 60.0


def is_paused(view: View, track: str) -> str | None:
    """A scope over this track in which somebody paused."""
    return next((scope for scope in view.gate.pauses if _covers(scope, view, track)), None)


def is_frozen(view: View, track: str, at: datetime) -> str | None:
    """What denies work on this track at `at`: a window or a freeze; None where none does or two people excepted it."""
    if _is_excepted(view, track, at):
        return None
    for window in view.campaign.windows:
        if _concerns(window, track):
            begin, length = _span(window)
            if (_minute(at, window) - begin) % _WEEK < length:
                return f"the window {window.deny}"
    for scope, freeze in view.gate.freezes.items():
        if _covers(scope, view, track) and freeze.at <= at < freeze.until:
            return f"the freeze of {scope}"
    return None


def runs_into(view: View, track: str, stop: Stop, at: datetime) -> str | None:
    """A window that refuses work which this step, started at `at`, could still be at when it begins."""
    lasts = _lasting(stop.step.timeout if isinstance(stop.step, SkillStep) else None)
    if _is_excepted(view, track, at):
        return None
    for window in view.campaign.windows:
        if window.overrun == "refuse" and _concerns(window, track):
            begin, _ = _span(window)
            left = (begin - _minute(at, window)) % _WEEK
            if timedelta(minutes=left) < lasts:
                return f"the window {window.deny} begins in {left:.1f} minutes"
    return None


def _is_excepted(view: View, track: str, at: datetime) -> bool:
    found = view.gate.exceptions.get(f"{view.state.resource.id}/{track}")
    return found is not None and found.approved_by not in {None, found.actor} and at < found.until


def _covers(scope: str, view: View, track: str) -> bool:
    here: dict[str, Any] = {
        "all": "",
        "campaign": "",
        "wave": str(view.state.resource.wave),
        "migration": view.state.resource.id,
        "environment": track if track != "shared" else None,
    }
    kind, _, name = scope.partition(":")
    return bool(here[kind] == name)


def _concerns(window: Window, track: str) -> bool:
    return window.environments is None or track in window.environments


def _span(window: Window) -> tuple[float, float]:
    """(begin, length) in minutes of the week."""
    begin, end = _ends(window.deny)
    return begin, (end - begin) % _WEEK


def _ends(deny: str) -> Iterator[float]:
    for part in deny.split(" - "):
        day, _, clock = part.partition(" ")
        hour, _, minute = clock.partition(":")
        yield _DAYS.index(day) * 24 * 60.0 + int(hour) * 60 + int(minute)


def _minute(at: datetime, window: Window) -> float:
    wall = at.astimezone(ZoneInfo(window.zone))
    return wall.weekday() * 24 * 60.0 + wall.hour * 60 + wall.minute + (wall.second + wall.microsecond / 1e6) / 60


def _lasting(timeout: str | None) -> timedelta:
    if timeout is None:
        return timedelta(hours=1)
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}[timeout[-1]]
    return timedelta(seconds=int(timeout[:-1]) * seconds)
