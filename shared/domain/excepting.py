"""An exception from a freeze wants two people: an operator asks for it, and another person, an approver, approves it."""

from datetime import datetime

from shared.domain.freezing import exception_at, place_frozen_until
from shared.domain.people import is_one_of, is_same_person
from shared.domain.view import Refusal
from state_schema.campaign import Campaign
from state_schema.control import Control
from state_schema.gate import FreezeException, Gate

_NAMED = 5


def place_of(act: Control) -> str:
    """`<resource>/<track>` of an act whose scope is `exception:<resource>/<track>`; empty for any other scope."""
    kind, _, place = act.scope.partition(":")
    return place if kind == "exception" else ""


def excepted(
    gate: Gate, campaign: Campaign, act: Control, queued_until: datetime | None = None
) -> FreezeException | Refusal:
    """The exception as the act leaves it: asked for, or approved. It lifts windows and freezes, and nothing else.

    `queued_until`: what the step there queues for, where no window has begun yet and one refuses work that runs into it.
    """
    resource, _, track = place_of(act).partition("/")
    wave = next((one.wave for one in campaign.resources if one.id == resource), None)
    if wave is None:
        return Refusal("unknown_resource", f"{campaign.id} has no {resource or 'such place'}.")
    asked = exception_at(gate, resource, track, act.at)
    if asked is not None and asked.approved_by is not None:
        who = f"{asked.actor} asked for it and {asked.approved_by} approved it"
        return Refusal("already_excepted", f"{resource} may start in {track} until {in_utc(asked.until)}: {who}.")
    until = place_frozen_until(campaign, gate, act.at, resource=resource, wave=wave, track=track) or queued_until
    if until is None or until <= act.at:
        text = f"{resource} is not frozen in {track}, so there is nothing to be excepted from."
        return Refusal("not_frozen", text, "An exception lifts no pause, no breaker and no approval.")
    return _asked(campaign, act, until) if asked is None else _approved(campaign, act, asked)


def kept_after(gate: Gate, thawed: Gate, campaign: Campaign, at: datetime) -> dict[str, FreezeException]:
    """The exceptions that outlive the lifting of a freeze: of a freeze that is gone, none is left for the next one."""
    waves = {resource.id: resource.wave for resource in campaign.resources}

    def frozen(present: Gate, place: str) -> bool:
        resource, _, track = place.partition("/")
        bare = present.model_copy(update={"exceptions": {}})
        until = place_frozen_until(campaign, bare, at, resource=resource, wave=waves.get(resource, 0), track=track)
        return until is not None

    return {place: one for place, one in gate.exceptions.items() if frozen(thawed, place) or not frozen(gate, place)}


def _asked(campaign: Campaign, act: Control, until: datetime) -> FreezeException | Refusal:
    if not is_one_of(campaign.people, act.actor, campaign.people.operators):
        return Refusal(
            "not_permitted", f"Only an operator of {campaign.id} can ask for an exception.", "Ask one of its operators."
        )
    return FreezeException(actor=act.actor, at=act.at, until=until, reason=act.note)


def _approved(campaign: Campaign, act: Control, asked: FreezeException) -> FreezeException | Refusal:
    people = campaign.people
    others = [one for one in people.approvers if not is_same_person(people, one, asked.actor)]
    may = f"{', '.join(others[:_NAMED])} may" if others else "no other approver is named in the campaign's file to"
    told = f"{asked.actor} asked for this exception at {in_utc(asked.at)}; {may} approve it."
    if is_same_person(people, act.actor, asked.actor):
        return Refusal("second_person", f"It wants a second person: {told}", "One of them writes the same command.")
    if not is_one_of(people, act.actor, people.approvers):
        return Refusal("not_permitted", f"Only an approver of {campaign.id} can approve an exception: {told}")
    return asked.model_copy(update={"approved_by": act.actor, "approved_at": act.at})


def in_utc(at: datetime) -> str:
    """`2026-11-22 18:30 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
