"""When an approval is void: what was approved is no longer what would be done. Each is recorded with its reason."""

from collections.abc import Iterator
from typing import Any

from shared.domain.permissions import APPROVE, is_merge_approval
from shared.domain.view import View
from state_schema import events as happened
from state_schema.migration import Decided, PullRequestSeen, StepState, Track

_PASSED = frozenset({"completed", "skipped"})
_PERMITS = frozenset({"gate", "approval_required"})


def void_by_push(
    where: dict[str, Any], step: StepState, seen: PullRequestSeen, digest: str
) -> list[happened.ApprovalVoided]:
    """The approvals of another head of this pull request. `where` has track, step and attempt; `digest` is the present one."""
    asked = step.checkpoint
    if asked is None or asked.reason != "step" or asked.digest == digest:
        return []
    actors = _actors(step, [one for one in step.decided if is_merge_approval(one) and one.digest != digest])
    if not actors:
        return []
    before = step.seen.head_sha[:10] if isinstance(step.seen, PullRequestSeen) else "another head"
    reason = (
        f"Pull request #{seen.number} was changed: approved was {before}, and its head is {seen.head_sha[:10]} now."
    )
    return [happened.ApprovalVoided(**where, actors=actors, reason=reason)]


def void_by_move(view: View, ref: str) -> Iterator[happened.ApprovalVoided]:
    """All approvals on tracks that are not completed: they were given to the plan as it was."""
    for name, track in view.state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step is None or step is None or track.status == "completed" or step.status in _PASSED:
            continue
        actors = _actors(
            step, [*_environment_approval(track), *filter(lambda one: _is_of_now(step, one), step.decided)]
        )
        if actors:
            reason = f"The migration was moved to {ref}."
            yield happened.ApprovalVoided(
                track=name, step=track.step, attempt=step.attempt, actors=actors, reason=reason
            )


def _environment_approval(track: Track) -> list[Decided]:
    return [track.approval] if track.approval else []


def _is_of_now(step: StepState, decided: Decided) -> bool:
    """Whether it permits the present attempt."""
    permits = decided.reason in _PERMITS or decided.verb == APPROVE
    return permits and decided.attempt >= step.first_attempt


def _actors(step: StepState, decided: list[Decided]) -> tuple[str, ...]:
    given = [one.actor for one in step.checkpoint.given] if step.checkpoint else []
    proofs = [actor for one in decided for actor in (*(one.others or ()), one.actor)]
    return tuple(dict.fromkeys((*proofs, *given)))
