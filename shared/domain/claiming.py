"""Somebody takes care of an open question, or is asked to. It tells people who is at it, and changes nothing else."""

from shared.domain.checkpoints import open_checkpoints
from shared.domain.people import is_one_of
from shared.domain.view import Refusal, View
from shared.domain.winning import several, why_not
from state_schema.events import CheckpointAssigned
from state_schema.signals import Act


def assigned(view: View, act: Act) -> CheckpointAssigned | Refusal:
    """The question that the act means, with who takes it: `act.person`, or whoever acts. Both are of the campaign's people."""
    people, to = view.campaign.people, act.person or act.actor
    known = (*people.operators, *people.approvers)
    if not is_one_of(people, act.actor, known):
        return Refusal("not_permitted", f"Only operators and approvers of {view.campaign.id} take or give its questions.",
                       f"Ask one of them, or have yourself added to the people of {view.campaign.id}.")  # fmt: skip
    if not is_one_of(people, to, known):
        return Refusal("not_of_the_campaign", f"{to} is neither operator nor approver of {view.campaign.id}.",
                       "Name somebody who is, or have them added to its people.")  # fmt: skip
    fitting = [one for one in open_checkpoints(view) if _fits(one[0], one[1], one[2].attempt, act)]
    if not fitting:
        return why_not(view, act)
    if len(fitting) > 1:
        return several(view, act, [one[0] for one in fitting])
    track, path, step, asked = fitting[0]
    if asked.assigned_to == to:
        return Refusal("already_assigned", f"{to} takes care of this already.", "The card says so.")
    return CheckpointAssigned(track=track, step=path, attempt=step.attempt, to=to, shown=asked.digest)


def _fits(track: str, path: str, attempt: int, act: Act) -> bool:
    """Who takes a question takes it with what is pushed to it later, so its digest may be another one by now."""
    if act.checkpoint is None:
        return act.track in {None, track}
    return (act.checkpoint.track, act.checkpoint.step, act.checkpoint.attempt) == (track, path, attempt)
