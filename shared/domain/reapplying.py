"""What a campaign's file may do with resources that it was applied with before: keep their wave, and leave out what is over."""

from collections.abc import Iterator, Mapping

from shared.domain.template_rules import Problem
from shared.domain.timing import OVER
from state_schema.campaign import Campaign
from state_schema.migration import Migration

States = Mapping[str, Migration]
"""Resource to its migration: of all that the file names, or that it named before."""


def reapplying_problems(campaign: Campaign, states: States) -> Iterator[Problem]:
    """Known resources in another wave, and those that are left out before they are over: a wave's end counts on both."""
    for number, resource in enumerate(campaign.resources):
        known = states.get(resource.id)
        if known is not None and known.resource.wave != resource.wave:
            was = known.resource.wave
            text = f"{resource.id} is in wave {was} since it was applied, and what was applied keeps its wave"
            yield ("resources", number, "wave"), f"{text}: write {was}; `open-wave` lets a wave start early"
    for name in _left_out(campaign, states):
        if (status := states[name].status) not in OVER:
            text = f"{name} is left out, and its migration is not over ({status})"
            yield ("resources",), f"{text}: put it back, or end it first: `migrate say abort {name} REASON`"


def with_gone(campaign: Campaign, states: States) -> Campaign:
    """The campaign as it is stored: with the resources that its file names no more."""
    gone = tuple(states[name].resource for name in _left_out(campaign, states))
    return campaign.model_copy(update={"gone": gone})


def _left_out(campaign: Campaign, states: States) -> list[str]:
    return sorted(states.keys() - {resource.id for resource in campaign.resources})
