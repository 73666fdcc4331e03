"""The questions that people are asked, and how an open one is found."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from shared.domain.digests import digest_of
from shared.domain.failures import policy_of
from shared.domain.permissions import (
    APPROVE,
    MERGED_WITHOUT_APPROVAL,
    VERB_OF_ACTION,
    wants_merge_approval,
)
from shared.domain.scope import scope_for
from shared.domain.view import View
from state_schema.grammar import placeholders, render
from state_schema.migration import Checkpoint, CheckpointKind, PullRequestSeen, StepState
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep, Stop
from state_schema.skills import Action

ROLLBACK: Final = "rollback"
_NO_VALUE: Final = "(no value)"
_LONGEST_QUESTION: Final = 1000
INTERVENTIONS: Final[tuple[str, ...]] = ("retry", "skip", "block")
AFTER_BLOCK: Final[tuple[str, ...]] = ("retry", "skip")
MERGED: Final[tuple[str, ...]] = (APPROVE, "retry", "block")
"""What was merged unapproved cannot be skipped: nobody would have approved it then."""


def of_step(view: View, track: str, stop: Stop, step: StepState | None, at: datetime) -> Checkpoint:
    """The question that an approval, confirmation or decision step asks."""
    kind: CheckpointKind
    match stop.step:
        case ApprovalStep(approval=approval):
            ask, verb, kind = approval.ask, approval.resume, "approval"
        case ConfirmationStep(confirmation=confirmation):
            ask, verb, kind = confirmation.ask, confirmation.resume, "confirmation"
        case DecisionStep(decision=decision):
            ask, verb, kind = decision.ask, "decide", "decision"
        case _:
            message = f"{stop.path} asks nobody"
            raise TypeError(message)
    offered = step.offered.event if step and step.offered else 0
    return Checkpoint(
        kind=kind,
        reason="step",
        verbs=(verb, APPROVE) if kind == "approval" and wants_merge_approval(view.campaign, track) else (verb,),
        ask=_asked(view, track, ask) or f"{stop.path} of {view.state.resource.id} waits for an answer.",
        digest=shown_digest(view, track, stop.path, offered, None),
        opened_at=at,
    )


def _asked(view: View, track: str, template: str) -> str:
    """The question with whatever has a value here: one that could not be asked would keep the migration where it is."""
    names = placeholders(template)
    scope = scope_for(view, track, names)
    text = render(template, {name: scope.get(name, _NO_VALUE) for name in names})
    return text.strip()[:_LONGEST_QUESTION]


def shown_digest(view: View, track: str, path: str, offered: int, seen: PullRequestSeen | None) -> str:
    """The digest of what a step's question shows: plan version, step, the list offered, the head of the pull request."""
    return digest_of(view.plan.ref, track, path, offered, seen.head_sha if seen else "")


def of_approval_required(view: View, track: str, at: datetime) -> Checkpoint:
    """Asks before the first outside act in an environment that requires approval."""
    return Checkpoint(
        kind="approval",
        reason="approval_required",
        verbs=("approve",),
        ask=f"Approve the migration of {view.state.resource.id} in {track}",
        digest=approval_digest(view, track),
        opened_at=at,
    )


def approval_digest(view: View, track: str) -> str:
    """What an environment's approval is bound to: this plan version, this track."""
    return digest_of(view.plan.ref, view.state.id, track, "approval_required")


def of_gate(
    view: View, track: str, action: Action, *, explicit: bool, digest: str, at: datetime, back: bool = False
) -> Checkpoint:
    """Asks before a gated action; `digest` is that of the order that would be sent.

    `back`: it takes back what was done, so the word for it is `rollback`, as it was for whoever asked for it first.
    """
    where = f"in {track}" if track in view.plan.environments else "for all environments"
    verb = ROLLBACK if back else VERB_OF_ACTION[action]
    what = "Roll back" if back else verb.capitalize().replace("-", " ")
    return Checkpoint(
        kind="approval" if explicit else "confirmation",
        reason="gate",
        verbs=(verb,) if explicit else ("confirm", verb),
        ask=f"{what} {view.state.resource.id} {where}?",
        digest=digest,
        opened_at=at,
    )


def of_failure(stop: Stop, step: StepState, at: datetime) -> Checkpoint:
    """Asks what to do about a failure. Its digest is that of the failed order, so that Retry permits the same work."""
    otherwise = "It was rolled back." if step.rollback == "done" else "It is blocked."
    reason = step.failure.reason if step.failure else otherwise
    verbs = AFTER_BLOCK if step.status == "blocked" else INTERVENTIONS
    if step.failure and step.failure.code == MERGED_WITHOUT_APPROVAL:
        verbs = MERGED[:2] if step.status == "blocked" else MERGED
    # Where nothing was ordered, or all is taken back, there is nothing to take back.
    if policy_of(stop).rollback and step.digest and step.rollback != "done":
        verbs = (*verbs, ROLLBACK)
    return Checkpoint(
        kind="intervention",
        reason="failure",
        verbs=verbs,
        ask=reason,
        digest=step.digest or digest_of(reason),
        opened_at=at,
    )


def open_checkpoints(view: View) -> Iterator[tuple[str, str, StepState, Checkpoint]]:
    """(track, step path, step, checkpoint) of every open one, in the plan's order of tracks."""
    if view.state.status == "aborted":
        return
    for name, track in view.state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step and step and step.checkpoint:
            yield name, track.step, step, step.checkpoint
