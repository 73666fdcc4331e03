"""Who approved what: enough people, none of whom asked for it, and of exactly what was done. Asks nothing of the code that is
tested; each rule answers the problem in a sentence, or None.
"""

from collections.abc import Iterator
from typing import Final

from state_schema import events as happened
from state_schema.events import Recorded
from state_schema.migration import PullRequestSeen
from tests.simulation.begun import begun_with
from tests.simulation.step import Rule, Step

_APPROVES: Final = frozenset({"approval_required", "gate"})
_ASKS: Final = frozenset({"retry", "rollback"})


def approvals_are_of_enough_people_and_not_of_who_asked(step: Step) -> str | None:
    """Where several have to approve, so many people did, of the same digest and attempt; none of them asked for it."""
    first = len(step.history) - len(step.commit.records)
    for number, one in enumerate(step.history[first:], start=first):
        event = one.event
        if isinstance(event, happened.CheckpointDecided) and _is_approval(event, step):
            problem = _wrong(step, number, one, event)
            if problem is not None:
                return f"{event.track}/{event.step} {event.verb}: {problem}"
    return None


def _is_approval(event: happened.CheckpointDecided, step: Step) -> bool:
    if event.reason in _APPROVES:
        return event.reason == "approval_required" or _explicit(event, step)
    return event.verb == "approve"


def _explicit(event: happened.CheckpointDecided, step: Step) -> bool:
    """What was asked last there is the question that was answered."""
    asked = [
        one.event.checkpoint
        for one in step.history
        if isinstance(one.event, happened.CheckpointOpened)
        and (one.event.track, one.event.step, one.event.attempt) == (event.track, event.step, event.attempt)
    ]
    return bool(asked) and asked[-1].kind == "approval"


def _wrong(step: Step, number: int, one: Recorded, event: happened.CheckpointDecided) -> str | None:
    gates, earlier = step.after.campaign.gates, step.history[:number]
    people = {one.actor, *_given(earlier, event)}
    if len(people) < gates.quorum.get(event.track, 1):
        return f"{len(people)} approved, {gates.quorum[event.track]} are wanted"
    if event.track not in gates.four_eyes:
        return None
    asked = people.intersection(_asked_by(step, earlier, event))
    return f"{', '.join(sorted(asked))} asked for what they approved" if asked else None


def _given(earlier: list[Recorded], event: happened.CheckpointDecided) -> Iterator[str]:
    """Whoever approved this very digest and attempt, since nothing of it was void."""
    for one in reversed(earlier):
        found = one.event
        if isinstance(found, happened.MigrationMoved):
            return
        if not isinstance(found, happened.AtStep) or (found.track, found.step) != (event.track, event.step):
            continue
        if isinstance(found, happened.ApprovalVoided | happened.CheckpointOpened):
            return
        if isinstance(found, happened.ApprovalGiven) and (found.digest, found.attempt) == (event.digest, event.attempt):
            yield one.actor


def _asked_by(step: Step, earlier: list[Recorded], event: happened.CheckpointDecided) -> Iterator[str]:
    yield from (one.actor for one in earlier if isinstance(one.event, happened.MigrationStarted))
    first = begun_with(earlier, event.track, event.step)
    for one in earlier:
        found = one.event
        if not isinstance(found, happened.CheckpointDecided) or (found.track, found.step) != (event.track, event.step):
            continue
        if found.reason == "failure" and found.verb in _ASKS and found.attempt >= first:
            yield one.actor


def a_merge_counts_only_if_it_was_approved(step: Step) -> str | None:
    """Where a merge wants an approval, the head that was merged is the one that somebody approved, before or after."""
    for one in step.commit.records:
        done = one.event
        if not isinstance(done, happened.StepCompleted) or not done.outputs.get("merged"):
            continue
        wanted = done.track in step.after.campaign.gates.merge_approval
        if wanted and done.outputs["head_sha"] not in _heads_approved(step.history, done):
            return f"{done.track}/{done.step}: {done.outputs['head_sha']} was merged, and nobody approved that"
    return None


def _heads_approved(history: list[Recorded], done: happened.StepCompleted) -> set[str]:
    """The heads that were approved, in this attempt, as they were when they were: a later push takes all of them out.

    What was seen before a move of the plan is known after it, too.
    """
    head, approved = "", set[str]()
    for one in history:
        event = one.event
        if not isinstance(event, happened.AtStep) or (event.track, event.step) != (done.track, done.step):
            continue
        if isinstance(event, happened.ObservationRecorded) and isinstance(event.seen, PullRequestSeen):
            approved = approved if event.seen.head_sha == head else set()
            head = event.seen.head_sha
        elif event.attempt < done.attempt:
            approved = set()
        elif isinstance(event, happened.CheckpointDecided) and event.verb == "approve":
            approved.add(head)
    return approved


BOUNDARY: Final = (
    Rule(approvals_are_of_enough_people_and_not_of_who_asked, happened.CheckpointDecided),
    Rule(a_merge_counts_only_if_it_was_approved, happened.StepCompleted),
)
