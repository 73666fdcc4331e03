"""Whose turn it is to start, computed once more from what happened: which resources failed, who waits, and since when."""

from typing import Final

from state_schema import events as happened
from state_schema.campaign import Campaign
from tests.simulation.step import Rule, Step


def a_breaker_stops_its_wave(step: Step) -> str | None:
    """No step starts in a wave in which so many resources have failed since somebody resumed it."""
    wave, campaign = step.commit.state.resource.wave, step.after.campaign
    failed = set(step.books.failed[wave])
    for one in step.commit.records:
        if has_failed(one.event):
            failed.add(step.commit.state.resource.id)
        elif isinstance(one.event, happened.StepStarted) and _is_too_much(campaign, wave, len(failed)):
            return f"{one.event.track}/{one.event.step} started after {', '.join(sorted(failed))} had failed in wave {wave}"
    return None


def has_failed(event: happened.Event) -> bool:
    """Whether it is a failure that a person has to answer."""
    return isinstance(event, happened.StepFailed) and event.failure.retry_at is None


def _is_too_much(campaign: Campaign, wave: int, failed: int) -> bool:
    if campaign.breaker is None or not failed:
        return False
    most = campaign.breaker.failures
    if isinstance(most, int):
        return failed >= most
    return 100 * failed >= float(most.rstrip("%")) * sum(one.wave == wave for one in campaign.resources)


OF_TURNS: Final = (Rule(a_breaker_stops_its_wave, happened.StepStarted),)
