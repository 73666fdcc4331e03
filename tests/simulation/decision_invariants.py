"""What must hold of decisions after each commit: gated work has one, and a person who may made it."""

from typing import Final

from shared.domain.checkpoints import approval_digest
from shared.domain.permissions import layer_of
from state_schema import events as happened
from state_schema.campaign import Campaign
from state_schema.plan import SkillStep
from state_schema.skills import SKILLS
from tests.simulation.begun import begun_with
from tests.simulation.step import Rule, Step


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
    if layer_of(view, track, action, stop.step.gate) == "automatic":
        return None
    first = begun_with(step.history, track, started.step)
    for event in here:
        alone = (
            not is_guarded(view.campaign, track) or layer_of(view, track, action, stop.step.gate) != "explicit_command"
        )
        by_asking = alone and event.reason == "failure" and event.verb in {"retry", "rollback"}
        permits = event.reason == "gate" or by_asking
        if permits and event.step == started.step and event.digest == started.digest and event.attempt >= first:
            return None
    return f"{track}/{started.step} attempt {started.attempt} started without a decision for this work"


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
