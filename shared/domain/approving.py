"""Counts approvals where more than one is wanted: each is another person's, and each is of what is shown now."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.domain.consequences import Question
from shared.domain.excepting import in_utc
from shared.domain.people import is_same_person, not_read
from shared.domain.permissions import (
    allowed_for,
    approvals_wanted,
    has_merge_approval,
    is_approval,
    is_merge_approval,
    refusal_for,
)
from shared.domain.view import Refusal, View
from state_schema import events as happened
from state_schema.campaign import People
from state_schema.events import Event
from state_schema.migration import Checkpoint
from state_schema.signals import Act


class Gathered(NamedTuple):
    """The approvals with this one: `events` record what is not the decision itself; `others` approved before."""

    enough: bool
    events: list[Event]
    others: tuple[str, ...] = ()


def gathered(view: View, question: Question, act: Act) -> Gathered | Refusal:
    """Whether with this act enough people approved, or why it does not count. Who gave it may answer, that is known."""
    asked = question.checkpoint
    if not is_approval(asked, act.verb):
        return Gathered(enough=True, events=[])
    if asked.reason == "step" and (refusal := _no_merge_to_approve(question)):
        return refusal
    gone = [one.actor for one in asked.given if refusal_for(view, question.track, asked, one.actor, act.verb)]
    given = [one.actor for one in asked.given if one.actor not in gone]
    others = _others(view.campaign.people, given, act.actor)
    wanted = approvals_wanted(view.campaign, question.track, asked, act.verb)
    enough = len(others) + 1 >= wanted
    if not enough and any(is_same_person(view.campaign.people, one, act.actor) for one in given):
        told = f"You approved this already; {len(given)} of {wanted} approvals are given."
        return Refusal("already_given", told, "Another person has to approve it too.")
    where = {"track": question.track, "step": question.path, "attempt": question.step.attempt}
    events: list[Event] = []
    if gone and not _someone_unknown(view, question.track, asked, act.verb):
        reason = f"{'It is' if len(gone) == 1 else 'They are'} no longer from somebody who may approve."
        events.append(happened.ApprovalVoided.model_validate({**where, "actors": tuple(gone), "reason": reason}))
    if not enough:
        mine = {"verb": act.verb, "digest": asked.digest, "note": act.note}
        events.append(happened.ApprovalGiven.model_validate({**where, **mine}))
    return Gathered(enough, events, others)


def _others(people: People, given: Sequence[str], actor: str) -> tuple[str, ...]:
    """Each other person once: two accounts may have been proven to be one person's after both approved."""
    others: list[str] = []
    for one in given:
        if not any(is_same_person(people, one, known) for known in (actor, *others)):
            others.append(one)
    return tuple(others)


def _someone_unknown(view: View, track: str, asked: Checkpoint, verb: str) -> bool:
    """Whether a user group could not be read: who seems to be gone may still be in it, and is not counted meanwhile."""
    return bool(not_read(allowed_for(view.campaign, track, asked, verb)))


def _no_merge_to_approve(question: Question) -> Refusal | None:
    """An approval of a merge is of a head that somebody has seen, and once is enough."""
    step, digest = question.step, question.checkpoint.digest
    if step.seen is None:
        told = "Nobody has looked at this pull request yet, so it is not known what would be approved."
        return Refusal("not_seen_yet", told, "It is looked at within a minute: approve it then.")
    if not has_merge_approval(step, digest):
        return None
    winner = next(one for one in reversed(step.decided) if is_merge_approval(one) and one.digest == digest)
    who = " and ".join((*(winner.others or ()), winner.actor))
    told = f"{who} approved this already, at {in_utc(winner.at)}."
    return Refusal("already_decided", told, "It can be merged.")
