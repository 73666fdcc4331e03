"""One track on its way to another version of its plan: where each touched step is there, and what speaks against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.domain.view import Refusal, View
from state_schema.ids import SHARED_TRACK
from state_schema.migration import StepState, Track
from state_schema.moves import Move, TrackMoved
from state_schema.plan import Plan, SkillStep, Stop
from state_schema.steps import STEP_KINDS, AnyStep

_PASSED: Final = frozenset({"completed", "skipped"})
_NAMED: Final = 6


@dataclass(frozen=True)
class Passage:
    """A track that has started; `target` is the version that the migration is to be moved to."""

    view: View
    target: Plan
    move: Move
    name: str

    @cached_property
    def track(self) -> Track:
        """As it is now."""
        return self.view.state.tracks[self.name]

    @cached_property
    def kept(self) -> dict[str, str]:
        """Old place to new place of each touched step that the target has."""
        there = {old: self.move.renamed.get(old, old) for old in self.track.steps}
        return {old: new for old, new in there.items() if self.target.stop(self.name, new)}

    @cached_property
    def standing(self) -> tuple[str, StepState] | None:
        """(old place, step) of the unfinished step that it is at; None on a completed track."""
        path = self.track.step
        if self.track.status == "completed" or path is None:
            return None
        return path, self.track.steps[path]

    @cached_property
    def place(self) -> Stop | None:
        """Where it stands in the target; None where it has no such step, and on a completed track."""
        new = self.kept.get(self.standing[0]) if self.standing else None
        return self.target.stop(self.name, new) if new else None

    @cached_property
    def missed(self) -> list[Stop]:
        """The target's steps that the track would be past without having done them."""
        stops = self.target.stops(self.name)
        if self.standing is not None:
            stops = stops[: self.place.number] if self.place else ()
        passed = {new for old, new in self.kept.items() if self.track.steps[old].status in _PASSED}
        return [stop for stop in stops if stop.path not in passed]

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """Those of the missed that somebody left out, or the campaign does with their phase."""
        skip = self.view.state.resource.skip
        chosen = [one for one in self.missed if one.path in self.move.left_out or (one.optional and one.phase in skip)]
        return tuple(one.path for one in chosen)

    def moved(self) -> TrackMoved:
        """What is recorded of it, where nothing speaks against it."""
        old = self.track.step
        return TrackMoved(
            track=self.name, kept=self.kept, step=self.kept.get(old) if old else None, left_out=self.left_out
        )

    def problems(self) -> Iterator[Refusal]:
        """All that speaks against it."""
        yield from self._blocked()
        if self.standing is not None:
            yield from self._no_place(*self.standing)
        yield from self._missed()
        yield from self._used()
        yield from self._repeated()

    def _blocked(self) -> Iterator[Refusal]:
        if self.name == SHARED_TRACK or self.name not in self.target.environments:
            return
        shared = (SHARED_TRACK,) if self.target.stops(SHARED_TRACK) else ()
        for other in (*shared, *self.target.environments[self.name].blocked_by):
            found = self.view.state.tracks.get(other)
            if found is None or found.status != "completed":
                text = (
                    f"{self.name} has begun, and in {self.target.ref} it comes after {other}, which is not completed."
                )
                yield Refusal("blocked", text, f"Complete {other} first.")

    def _no_place(self, path: str, step: StepState) -> Iterator[Refusal]:
        old, ref = self.view.plan.stop(self.name, path), self.target.ref
        if old is None or self.place is None:
            alike = [one.path for one in self.target.stops(self.name) if old and kind_of(one.step) == kind_of(old.step)]
            there = f" ({', '.join(alike[:_NAMED])})" if alike else ""
            text = f"{self.name} stands at {path}, which {ref} does not have."
            yield Refusal("no_place", text, f"Say where that is now: `--rename {path}=PHASE.STEP`{there}.")
            return
        before, after = kind_of(old.step), kind_of(self.place.step)
        if before != after:
            text = f"{self.name} stands at {path}, which is a {before} step; in {ref}, {self.place.path} is a {after} step."
            yield Refusal(
                "no_place", text, f"Finish or skip it first, or say where it is: `--rename {path}=PHASE.STEP`."
            )
        elif isinstance(old.step, SkillStep) and isinstance(self.place.step, SkillStep):
            yield from self._work(path, step, old.step, self.place.step)

    def _work(self, path: str, step: StepState, old: SkillStep, new: SkillStep) -> Iterator[Refusal]:
        """What has acted outside is found there by its place, and goes on with its own skill's cursor."""
        wanted = "Let it end, or skip it, and move then."
        if self.kept[path] != path and step.digest is not None:
            text = f"{self.name}: {path} has been at work, and what it did outside is found by that name."
            yield Refusal("would_be_done_twice", text, wanted)
        if step.progress is not None and old.skill != new.skill:
            text = (
                f"{self.name}: {path} has done a part of its items with {old.skill}, and now it would be {new.skill}."
            )
            yield Refusal("no_place", text, wanted)
        if step.rollback == "ordered" and new.on_failure.rollback is None:
            text = f"{self.name}: {path} is being rolled back, and {self.target.ref} has no way to do that."
            yield Refusal("no_place", text, wanted)

    def _missed(self) -> Iterator[Refusal]:
        if missed := [one.path for one in self.missed if one.path not in self.left_out]:
            text = f"{self.name} is past {', '.join(missed)} of {self.target.ref}, and has not done that."
            options = " ".join(f"--leave-out {path}" for path in missed[:_NAMED])
            yield Refusal("would_be_missed", text, f"Go on without, `{options}`, or say what it was: `--rename`.")

    def _used(self) -> Iterator[Refusal]:
        """An order key of before would be answered with the result of before."""
        touched = {path for track, path in self.view.touched if track == self.name} | self.track.steps.keys()
        ahead = self.target.stops(self.name)[self.place.number :] if self.place else ()
        for path in dict.fromkeys([*self.kept.values(), *(stop.path for stop in ahead)]):
            before = [old for old, new in self.kept.items() if new == path]
            if len(before) > 1:
                text = f"{self.name}: {' and '.join(before)} would both be {path}."
                yield Refusal("place_was_used", text, "Give each a place of its own with `--rename`.")
            elif path in touched and before != [path]:
                text = f"{self.name}: {path} was another step of this migration before."
                yield Refusal("place_was_used", text, "Publish a version in which it has a name that is new.")

    def _repeated(self) -> Iterator[Refusal]:
        if self.standing is None or self.place is None:
            return
        here = self.view.plan.stop(self.name, self.standing[0])
        for old, new in self.kept.items():
            before, after = self.view.plan.stop(self.name, old), self.target.stop(self.name, new)
            passed = before and here and before.number < here.number and self.track.steps[old].status in _PASSED
            if passed and after and after.number > self.place.number:
                text = f"{self.name} has done {old}, which in {self.target.ref} comes after {self.place.path}, where it stands."
                yield Refusal("would_be_done_twice", text, "Move when it is past that, too.")


def kind_of(step: AnyStep) -> str:
    """`skill`, `approval`, `confirmation`, `decision` or `wait`."""
    return next(kind for kind in STEP_KINDS if kind in type(step).model_fields)
