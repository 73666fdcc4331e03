"""What denies work for a time: a campaign's windows with their overrun rule, freezes, and the exceptions from both."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from shared.domain.deadlines import deadline_of
from shared.domain.gate import environment_of
from shared.domain.holding import scopes_over
from shared.domain.view import View
from shared.domain.windows import denied_until, next_refusal
from state_schema.campaign import Campaign
from state_schema.gate import Freeze, FreezeException, Gate
from state_schema.plan import Stop

UNTIMED: Final = timedelta(hours=1)
"""How long a step is taken to last that has no `timeout`."""


def start_frozen_until(view: View, track: str, stop: Stop, at: datetime) -> datetime | None:
    """When this step may start, where a window or a freeze denies that at `at`, or refuses work that runs into it."""
    campaign, gate = view.campaign, view.gate
    if not (campaign.windows or gate.freezes):
        return None
    ends = deadline_of(stop, at) or at + UNTIMED
    resource = view.state.resource
    return place_frozen_until(campaign, gate, at, resource=resource.id, wave=resource.wave, track=track, ends=ends)


def frozen_until(view: View, track: str, at: datetime) -> datetime | None:
    """The end (UTC) of what denies work on this track at `at`; None where nothing does. What has started may run over."""
    resource = view.state.resource
    return place_frozen_until(view.campaign, view.gate, at, resource=resource.id, wave=resource.wave, track=track)


def place_frozen_until(
    campaign: Campaign,
    gate: Gate,
    at: datetime,
    *,
    resource: str,
    wave: int,
    track: str,
    ends: datetime | None = None,
) -> datetime | None:
    """The same for a place that need not have a migration. `ends`: when work that starts now is over at the latest.

    Windows and freezes that overlap or touch are one. An approved exception lifts all of them until it is over.
    """
    if not (campaign.windows or gate.freezes):
        return None
    granted = exception_at(gate, resource, track, at)
    if granted is not None and granted.approved_by is not None:
        return None
    environment = environment_of(track)
    freezes = list(freezes_over(gate, resource, environment, wave))
    until = _chained(campaign, freezes, environment, at)
    if until is None and ends is not None:
        begin = next_refusal(campaign.windows, environment, at, ends)
        until = None if begin is None else _chained(campaign, freezes, environment, begin)
    return until


def freezes_over(gate: Gate, resource: str, environment: str | None, wave: int) -> Iterator[Freeze]:
    """The freezes that cover a place, the widest first; those that are over may be among them."""
    if gate.freezes:
        scopes = scopes_over(resource, environment, wave)
        yield from (gate.freezes[scope] for scope in scopes if scope in gate.freezes)


def exception_at(gate: Gate, resource: str, track: str, at: datetime) -> FreezeException | None:
    """The exception, approved or not, that somebody asked for this place and that is not over at `at`."""
    found = gate.exceptions.get(f"{resource}/{track}")
    return found if found is not None and found.until > at else None


def _chained(campaign: Campaign, freezes: list[Freeze], environment: str | None, at: datetime) -> datetime | None:
    """The end of what denies `at`: freezes are in force already, so a window can only follow on the last of them."""
    thawed = max((one.until for one in freezes if one.until > at), default=at)
    until = denied_until(campaign.windows, environment, thawed) or thawed
    return until if until > at else None
