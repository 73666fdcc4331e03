"""What must hold of decisions after each commit: gated work has one, and a person who may made it."""

from typing import Final

from shared.domain.checkpoints import approval_digest
from shared.domain.view import View
from state_schema import events as happened
from state_schema.campaign import Campaign
from state_schema.plan import Layer, SkillStep
from state_schema.skills import SKILLS, Action
from tests.simulation.begun import begun_with
from tests.simulation.step import Rule, Step

_ASKS: Final[tuple[Layer, ...]] = ("automatic", "confirmation", "explicit_command")
"""From the one that asks nobody to the one that asks most."""


def gated_work_has_its_decision(step: Step) -> str | None:
    """No gated work starts without a recorded decision whose digest and attempt match."""
    for one in step.commit.records:
        if isinstance(one.event, happened.StepStarted):
            problem = _undecided(step, one.event)
            if problem is not None:
                return problem
    return None


def _undecided(step: Step, started: happened.StepStarted) -> str | None:
    view, track = step.after, started.track
    stop = view.plan.stop(track, started.step)
    if stop is None or not isinstance(stop.step, SkillStep):
        return None
    back = view.state.tracks[track].steps[started.step].rollback == "ordered"
    action = SKILLS[(stop.step.on_failure.rollback if back else None) or stop.step.skill].action
    if action == "read":
        return None
    decisions = [one.event for one in step.history if isinstance(one.event, happened.CheckpointDecided)]
    here = [event for event in decisions if event.track == track]
    environment = view.plan.environments.get(track)
    if environment is not None and environment.approval_required:
        wanted = approval_digest(view, track)
        if not any(event.reason == "approval_required" and event.digest == wanted for event in here):
            return f"{track}/{started.step} started without the approval of {track}"
    layer = _layer(view, track, action, stop.step.gate)
    if layer == "automatic":
        return None
    first = begun_with(step.history, track, started.step)
    explicit = layer == "explicit_command"
    alone = not explicit or not is_guarded(view.campaign, track)
    for event in here:
        by_asking = alone and event.reason == "failure" and event.verb in {"retry", "rollback"}
        permits = by_asking or (event.reason == "gate" and not (explicit and event.verb == "confirm"))
        if permits and event.step == started.step and event.digest == started.digest and event.attempt >= first:
            return None
    return f"{track}/{started.step} attempt {started.attempt} started without a decision for this work"


def _layer(view: View, track: str, action: Action, asked_by_plan: Layer) -> Layer:
    """What the documents ask for this action here, read once more: by the campaign's word, else by the environment's."""
    word = getattr(view.campaign.gates, action)
    said = word.get(track) if isinstance(word, dict) else word
    place = view.plan.environments.get(track)
    if action in {"merge", "delete"}:
        said = "explicit_command"
    elif said is None and action in {"deploy", "run_migration"} and place is not None:
        said = "explicit_command" if place.approval_required else "automatic" if place.primary else "confirmation"
    return _ASKS[max(_ASKS.index(said or "automatic"), _ASKS.index(asked_by_plan))]


def only_people_decide(step: Step) -> str | None:
    """Every decision was made by a person who really did it and may do it: no time-out approves, nor does a stranger."""
    people = step.after.campaign.people
    for one in step.commit.records:
        if isinstance(one.event, happened.CheckpointDecided):
            if step.books.decided.get(one.signal) != one.actor:
                return f"{one.actor} did not do {one.signal}"
            by_approvers = one.event.reason == "approval_required" or one.event.verb == "approve"
            guarded = one.event.reason == "gate" and is_guarded(step.after.campaign, one.event.track)
            allowed = people.approvers if by_approvers else people.operators
            if one.actor not in (*allowed, *(people.approvers if guarded else ())):
                return f"{one.actor} may not answer {one.event.reason}"
    return None


def is_guarded(campaign: Campaign, track: str) -> bool:
    """Whether one person alone cannot have something done there that wants an approval."""
    return track in campaign.gates.four_eyes or campaign.gates.quorum.get(track, 1) > 1


OF_DECISIONS: Final = (
    Rule(gated_work_has_its_decision, happened.StepStarted),
    Rule(only_people_decide, happened.CheckpointDecided),
)
