"""Approvals in words: how many are given of how many, which are void and why, and who takes care of a question."""

from shared.domain.permissions import (
    APPROVE,
    approvals_wanted,
    has_merge_approval,
    is_approval,
    is_merge_approval,
    wants_merge_approval,
)
from shared.domain.view import Decision
from shared.messages.escaping import code, words
from shared.messages.people import moment, person
from shared.messages.standing import Standing
from state_schema import events as happened
from state_schema.migration import Checkpoint, PullRequestSeen


def approving_verb(question: Checkpoint) -> str:
    """The verb by which this question is approved; its first one where none approves."""
    return next((verb for verb in reversed(question.verbs) if is_approval(question, verb)), question.verbs[0])


def approvals(at: Standing, question: Checkpoint) -> str:
    """`1 of 2 approvals: @x.`, and of a merge what it takes; empty where one answer is enough and has no more to say."""
    wanted = approvals_wanted(at.view.campaign, at.name, question, approving_verb(question))
    if at.is_pull_request and APPROVE in question.verbs[1:]:
        return _of_merge(at, question, wanted)
    return _count(question, wanted) if wanted > 1 else ""


def _of_merge(at: Standing, question: Checkpoint, wanted: int) -> str:
    step = at.step
    if step is None or not wants_merge_approval(at.view.campaign, at.name):
        return ""
    head = code(step.seen.head_sha[:10]) if isinstance(step.seen, PullRequestSeen) else "its head"
    proof = next((one for one in reversed(step.decided) if is_merge_approval(one)), None)
    if proof is not None and has_merge_approval(step, question.digest):
        who = _listed((*(proof.others or ()), proof.actor))
        return f"{head} is approved by {who}, {moment(proof.at)}: it can be merged."
    so_far = f" {_count(question, wanted)}" if wanted > 1 else ""
    return f"Before it is merged, {head} has to be approved here.{so_far}"


def _count(question: Checkpoint, wanted: int) -> str:
    given = [one.actor for one in question.given]
    return f"*{len(given)} of {wanted} approvals*{f': {_listed(given)}' if given else ''}."


def _listed(actors: tuple[str, ...] | list[str]) -> str:
    return ", ".join(map(person, actors[:10]))


def can_approve_merge(at: Standing, question: Checkpoint) -> bool:
    """Whether there is a head to approve that is not approved yet."""
    return at.step is not None and at.step.seen is not None and not has_merge_approval(at.step, question.digest)


def head_of(at: Standing) -> str:
    """The first ten digits of the head that is shown; empty where nobody has looked yet."""
    seen = at.step.seen if at.step else None
    return seen.head_sha[:10] if isinstance(seen, PullRequestSeen) else ""


def voided(at: Standing) -> str:
    """Which approvals hold no more since when, and why; empty where none."""
    void = at.step.voided if at.step else None
    if void is None:
        return ""
    one = len(void.actors) == 1
    what = f"The approval{'' if one else 's'} of {_listed(void.actors)} {'is' if one else 'are'} void"
    return f"{what}, since {moment(void.at)}. {words(void.reason, 300)}"


def taken(question: Checkpoint) -> str:
    """` Taken by @x.`, to follow another sentence."""
    return f" Taken by {person(question.assigned_to)}." if question.assigned_to else ""


def answer_to_one_of_several(decision: Decision) -> str:
    """What whoever gave one of several approvals is told, or assigned a question; empty for any other act."""
    resource = decision.view.state.resource.id
    for event in reversed(decision.events):
        match event:
            case happened.CheckpointAssigned(to=to, track=track, step=path):
                return f"{person(to)} takes care of {path} of {resource} in {track}. Who may answer stays as it was."
            case happened.ApprovalGiven(track=track, step=path, verb=verb):
                asked = decision.view.state.tracks[track].steps[path].checkpoint
                if asked is None:
                    return ""
                wanted = approvals_wanted(decision.view.campaign, track, asked, verb)
                left = wanted - len(asked.given)
                more = "one more person has" if left == 1 else f"{left} more people have"
                return (
                    f"Approved {path} of {resource} in {track}: {len(asked.given)} of {wanted}; {more} to approve it."
                )
            case _:
                continue
    return ""
