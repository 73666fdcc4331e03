"""What tells one state of a single resource from another: everything on which the rules can depend, and nothing else.

Times, ids, addresses and the numbers of attempts and events are left out: two states that differ in nothing else go on in the
same way. Digests are kept as what they are compared for: which of them are equal. Of what is passed nothing is kept but what
can be come back to, of what was aborted only what is still out, and environments that the plan treats alike are not told
apart. What is left is finite, as long as the automatic retries of the plan are.
"""

from collections.abc import Iterator
from typing import NamedTuple

from shared.domain.aftermath import still_out
from shared.domain.gate import in_line, slot_key
from shared.domain.orders import work_digest
from shared.domain.react import PR_CLOSED
from shared.domain.view import View
from state_schema.ids import SHARED_TRACK
from state_schema.migration import PullRequestSeen, RunSeen, Seen, StepState, Track
from state_schema.plan import ApprovalStep, SkillStep, Stop

Key = tuple[object, ...]


class _Labels(dict[str, int]):
    """Digests in the order in which they are met."""

    def of(self, digest: str | None) -> int | None:
        return None if digest is None else self.setdefault(digest, len(self))


class _Place(NamedTuple):
    view: View
    name: str
    labels: _Labels
    line: dict[str, int]


def key_of(view: View) -> Key:
    """Equal for two states exactly where they are taken for the same."""
    state = view.state
    if state.status == "aborted":
        return ("aborted", *sorted((step.status, bool(step.watches)) for _, _, step in still_out(state)))
    line = {key: number for number, (key, _) in enumerate(in_line(view.gate))}
    found: dict[object, list[Key]] = {}
    for name, track in state.tracks.items():
        found.setdefault(_kind(view, name), []).append(_track_key(_Place(view, name, _Labels(), line), track))
    alike = tuple((kind, tuple(sorted(keys, key=repr))) for kind, keys in sorted(found.items(), key=repr))
    return (state.status, alike)


def _kind(view: View, name: str) -> object:
    """The same for environments that the plan treats alike, and that nothing else waits for."""
    if name == SHARED_TRACK or any(name in one.blocked_by for one in view.plan.environments.values()):
        return name
    environment = view.plan.environments[name]
    return (environment.primary, environment.approval_required, tuple(sorted(environment.blocked_by)))


def _track_key(place: _Place, track: Track) -> Key:
    if track.status == "completed" or track.step is None:
        return (track.status,)
    stop = place.view.plan.stop(place.name, track.step)
    assert stop is not None
    if isinstance(stop.step, SkillStep):
        place.labels.of(work_digest(place.view, place.name, stop))
    back = tuple((path, track.steps[path].status) for path in _come_back_to(place, stop) if path in track.steps)
    return (
        track.status,
        track.approval is not None,
        back,
        track.step,
        *_step_key(place, track.steps[track.step], stop),
    )


def _come_back_to(place: _Place, stop: Stop) -> Iterator[str]:
    """The steps before this one that are begun again with it: a review goes back to what opens its pull request."""
    if isinstance(stop.step, ApprovalStep):
        for earlier in place.view.plan.stops(place.name)[: stop.number]:
            if earlier.step.id == stop.step.approval.of:
                yield earlier.path


def _step_key(place: _Place, step: StepState, stop: Stop) -> Key:
    asked, progress = step.checkpoint, step.progress
    me = slot_key(place.view.state, place.name, stop.path, step.attempt)
    first = step.first_attempt
    # Only a skill's work needs a proof; where a person has the turn, the next attempt counts anew, and has a new one.
    over = step.status in {"failed", "blocked"}
    proofs = frozenset(
        place.labels.of(one.digest)
        for one in (step.decided if isinstance(stop.step, SkillStep) and not over else ())
        if one.attempt >= first and (one.reason == "gate" or (one.reason, one.verb) in _PERMIT)
    )
    return (
        step.status,
        0 if over else step.retries,
        step.rollback,
        len(step.watches),
        step.until is not None,
        step.failure and step.failure.code == PR_CLOSED,
        place.labels.of(step.digest),
        asked and (asked.reason, asked.verbs, asked.reason == "step" or place.labels.of(asked.digest)),
        proofs,
        progress and (progress.done, progress.total, progress.part > 0),
        _seen(step.seen),
        (step.offered is not None, step.chosen is not None),
        place.line.get(me),
        me in place.view.gate.held,
    )


_PERMIT = frozenset({("failure", "retry"), ("failure", "rollback")})


def _seen(seen: Seen | None) -> Key | None:
    match seen:
        case PullRequestSeen():
            return (seen.state, seen.merged, seen.head_sha)
        case RunSeen():
            return (seen.status, seen.conclusion)
        case None:
            return None
