"""What must hold of questions and time-outs, of moves to another plan version, and of exceptions from a freeze."""

from collections.abc import Iterator
from typing import Final

from state_schema import events as happened
from state_schema.campaign import Campaign
from state_schema.gate import Gate
from state_schema.migration import PullRequestSeen
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep
from tests.simulation.step import Rule, Step

_FRIDAY: Final = 5
_HEARD: Final = (happened.CheckpointReminded, happened.CheckpointEscalated)


def questions_are_answered_by_people(step: Step) -> str | None:
    """A question's step is done by a person's decision or by a merge that was seen: never by the clock."""
    new = [one.event for one in step.commit.records]
    for event in new:
        if not isinstance(event, happened.StepCompleted):
            continue
        stop = step.after.plan.stop(event.track, event.step)
        if stop is None or not isinstance(stop.step, ApprovalStep | ConfirmationStep | DecisionStep):
            continue
        if not any(_answers(one, event) for one in new) and _asked(step, event):
            return f"{event.track}/{event.step} was done, and nobody answered it"
    return None


def _answers(one: object, done: happened.StepCompleted) -> bool:
    match one:
        case happened.CheckpointDecided(track=track, step=path, reason="step"):
            return (track, path) == (done.track, done.step)
        case happened.CheckpointDecided(track=track, step=path, reason="failure", verb="approve"):
            return (track, path) == (done.track, done.step)
        case happened.ObservationRecorded(track=track, step=path, seen=PullRequestSeen(merged=True)):
            return (track, path) == (done.track, done.step)
        case _:
            return False


def _asked(step: Step, done: happened.StepCompleted) -> bool:
    """Whether somebody was asked: a review of no pull request and a choice among nothing are done by themselves."""
    return any(
        isinstance(one.event, happened.CheckpointOpened)
        and (one.event.track, one.event.step) == (done.track, done.step)
        for one in step.history
    )


def people_hear_of_open_questions_at_work_only(step: Step) -> str | None:
    """Whoever is reminded has been asked and has not answered, it is within the hours, and it is escalated once."""
    asked = dict[tuple[str, str], bool]()
    for event in (one.event for one in step.history):
        match event:
            case happened.CheckpointOpened():
                asked[event.track, event.step] = False
            case happened.CheckpointDecided(reason="step", verb="approve"):
                continue  # the merge is still awaited
            case happened.CheckpointDecided() | happened.StepCompleted() | happened.StepSkipped():
                asked.pop((event.track, event.step), None)
            case happened.CheckpointReminded() | happened.CheckpointEscalated():
                place, escalated = (event.track, event.step), isinstance(event, happened.CheckpointEscalated)
                if place not in asked or (escalated and asked[place]):
                    return f"people hear of {'/'.join(place)}, and {'heard before' if place in asked else 'nobody was asked'}"
                asked[place] |= escalated
    return next((problem for one in step.commit.records if (problem := _heard_late(step.after.campaign, one))), None)


def _heard_late(campaign: Campaign, one: happened.Recorded) -> str | None:
    """Hours are written in UTC here, as `Mon-Fri 09:00-11:00`."""
    if campaign.reminders is None or not isinstance(one.event, _HEARD):
        return None
    begin, end = campaign.reminders.hours.partition(" ")[2].split("-")
    at_work = one.at.isoweekday() <= _FRIDAY and begin <= f"{one.at:%H:%M}" < end
    return None if at_work else f"people hear of {one.event.track}/{one.event.step} at {one.at:%a %H:%M}"


def nothing_is_moved_in_flight(step: Step) -> str | None:
    """No migration is moved while an order of it is out, or machines are at work for it."""
    if step.before is None:
        return None
    for name, track in step.before.tracks.items():
        for path, one in track.steps.items():
            if one.status == "in_progress" or (one.status == "waiting" and one.watches):
                return f"it was moved while {name}/{path} was {one.status}"
    return None


def after_a_move_all_is_asked_anew(step: Step) -> str | None:
    """What is decided after a move was asked after it: no button of before has any effect."""
    for one in step.commit.records:
        if isinstance(one.event, happened.CheckpointDecided) and not _asked_since_a_move(step, one.event):
            return f"{one.event.track}/{one.event.step} was decided, and was not asked since the move"
    return None


def _asked_since_a_move(step: Step, decided: happened.CheckpointDecided) -> bool:
    for event in (one.event for one in reversed(step.history)):
        if isinstance(event, happened.MigrationMoved):
            return False
        if isinstance(event, happened.CheckpointOpened) and event.track == decided.track and event.step == decided.step:
            return True
    return False


def what_starts_belongs_to_the_present_plan(step: Step) -> str | None:
    """Only steps of the plan version that the migration is on are started."""
    for one in step.commit.records:
        match one.event:
            case happened.StepStarted(track=track, step=path) if step.after.plan.stop(track, path) is None:
                return f"{track}/{path} was started, and {step.after.plan.ref} does not have it"
            case _:
                continue
    return None


FURTHER: Final = (
    Rule(questions_are_answered_by_people, happened.StepCompleted),
    Rule(people_hear_of_open_questions_at_work_only, *_HEARD),
    Rule(nothing_is_moved_in_flight, happened.MigrationMoved),
    Rule(after_a_move_all_is_asked_anew, happened.CheckpointDecided),
    Rule(what_starts_belongs_to_the_present_plan, happened.StepStarted),
)


def exceptions_want_two_people(before: Gate, after: Gate, campaign: Campaign) -> Iterator[str]:
    """An exception is asked for by an operator, and approved later by another person, an approver."""
    for place, one in after.exceptions.items():
        asked = before.exceptions.get(place)
        if one == asked:
            continue
        if one.approved_by is None:
            if one.actor not in campaign.people.operators:
                yield f"{one.actor} may not ask for an exception for {place}"
        elif asked is None or asked.actor != one.actor or asked.approved_by is not None:
            yield f"the exception for {place} is approved, and was not asked for before"
        elif one.approved_by == one.actor or one.approved_by not in campaign.people.approvers:
            yield f"{one.approved_by} may not approve what {one.actor} asked for at {place}"
