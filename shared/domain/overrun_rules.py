"""What would never start: a step that takes longer than any gap between windows that refuse what runs into them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.domain.freezing import UNTIMED
from shared.domain.template_rules import Problem
from shared.domain.windows import longest_before
from state_schema.campaign import Campaign
from state_schema.grammar import parse_duration
from state_schema.ids import SHARED_TRACK
from state_schema.plan import Phase, Plan, SkillStep

_WINTER_AND_SUMMER: Final = (datetime(2026, 1, 14, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))
"""Windows in several zones are nearer to each other at one time of the year than at another."""
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


def overrun_problems(campaign: Campaign, plan: Plan) -> Iterator[Problem]:
    """The steps for which no gap is long enough, at the first window that refuses them; the windows are sound."""
    everywhere = tuple(plan.environments)
    chosen = {
        name for one in campaign.resources for name in (everywhere if one.environments is None else one.environments)
    }
    phases = [phase for phase in plan.phases if not all(phase.name in one.skip for one in campaign.resources)]
    for environment in (None, *(name for name in plan.environments if name in chosen)):
        gaps = [longest_before(campaign.windows, environment, at) for at in _WINTER_AND_SUMMER]
        longest = max((gap for gap in gaps if gap is not None), default=None)
        if longest is None:
            continue
        number = _first_refusing(campaign, environment)
        for said in _too_long(phases, environment, longest):
            yield ("windows", number), said


def _first_refusing(campaign: Campaign, environment: str | None) -> int:
    return next(
        number
        for number, window in enumerate(campaign.windows)
        if window.overrun == "refuse" and (window.environments is None or environment in window.environments)
    )


def _too_long(phases: list[Phase], environment: str | None, longest: timedelta) -> Iterator[str]:
    scope, where = ("shared", SHARED_TRACK) if environment is None else ("environment", environment)
    for phase in phases:
        for step in phase.steps if phase.scope == scope else ():
            if not isinstance(step, SkillStep):
                continue
            lasts = UNTIMED if step.timeout is None else parse_duration(step.timeout)
            if lasts > longest:
                takes = (
                    "an hour, as it has no `timeout`" if step.timeout is None else f"{step.timeout} by its `timeout`"
                )
                yield (
                    f"{phase.name}.{step.id} may take {takes}, and would never start in {where}: the longest time before a "
                    f"window that refuses it is {_written(longest)}. Shorten one of them, or write `overrun: finish`"
                )


def _written(span: timedelta) -> str:
    return f"{span // _MINUTE}m" if span % _HOUR else f"{span // _HOUR}h"
