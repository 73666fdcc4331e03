"""Whether a migration can be moved to another version of its plan, and what that changes; else all reasons why not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from shared.domain.asking import address_of
from shared.domain.digests import digest_of
from shared.domain.evolve import evolve
from shared.domain.follow import track_names
from shared.domain.gate import at_work
from shared.domain.holding import pause_over
from shared.domain.passage import Passage
from shared.domain.people import is_one_of
from shared.domain.view import Cause, Refusal, View
from state_schema.events import MigrationMoved
from state_schema.ids import SHARED_TRACK
from state_schema.moves import Move
from state_schema.plan import ApprovalStep, Plan
from state_schema.signals import Act

_LONGEST: Final = 1000
_OVER: Final = frozenset({"completed", "aborted"})
_PASSED: Final = frozenset({"completed", "skipped"})


def moved(view: View, act: Act) -> MigrationMoved | tuple[Refusal, ...]:
    """The event of this act, or every reason why it cannot be. `view.target` is the plan that it asks for."""
    move, target = act.move, view.target
    if not is_one_of(view.campaign.people, act.actor, view.campaign.people.operators):
        return (Refusal("not_permitted", "Only an operator of the campaign can move a migration.",
                        f"Ask one of the operators of {view.campaign.id}."),)  # fmt: skip
    if move is None:
        return (Refusal("no_target", "It was not said which version it is to be moved to.",
                        f"Say it: `move {view.state.resource.id} {view.plan.name}@<version>`."),)  # fmt: skip
    if (refusal := _not_there(view, move)) is not None:
        return (refusal,)
    if target is None:
        return (Refusal("unknown_plan", f"{move.to} is not published.", "Publish it: `migrate plan publish FILE`."),)
    passages = _passages(view, target, move)
    problems = [*_in_flight(view), *_environments(view, target), *_names(view, target, move)]
    problems += [problem for passage in passages for problem in passage.problems()]
    tracks = tuple(one.moved() for one in passages)
    shown = digest_of(view.plan.ref, target.ref, *(one.model_dump(mode="json") for one in tracks))
    event = MigrationMoved(before=view.plan.ref, plan=target.ref, tracks=tracks, shown=shown)
    if not problems:
        after = evolve(view.state, event, Cause(act.at, act.actor, act.id))
        problems += _lost_pull_requests(view, replace(view, state=after, plan=target), move)
    return tuple(problems) or event


def narrowed(view: View, target: Plan, move: Move) -> Move:
    """What of this move, asked for many migrations, is about this one: the steps that its plan has, and those it misses."""
    missed = _missed(view, target, move)
    return Move(
        to=move.to,
        renamed={old: new for old, new in move.renamed.items() if _scope(view.plan, old)},
        left_out=tuple(path for path in move.left_out if path in missed),
    )


def as_one(problems: Sequence[Refusal]) -> Refusal:
    """All of them in the words of one, as an act is answered and recorded."""
    text = " ".join(problem.message for problem in problems)
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return Refusal(problems[0].reason_code, cut, " ".join(dict.fromkeys(one.next_step for one in problems)))


def _not_there(view: View, move: Move) -> Refusal | None:
    """Why it can be moved nowhere, or not there whatever that version says."""
    state = view.state
    if state.status in _OVER:
        return Refusal("already_over", f"{state.resource.id} is {state.status} already.", "There is nothing to move.")
    if move.to == state.plan:
        return Refusal("already_there", f"{state.resource.id} is on {state.plan} already.")
    if move.to.partition("@")[0] != view.plan.name:
        return Refusal("other_plan", f"{move.to} is another plan, not another version of {view.plan.name}.",
                       f"Name a version of it: `{view.plan.name}@<version>`.")  # fmt: skip
    return None


def _passages(view: View, target: Plan, move: Move) -> list[Passage]:
    return [Passage(view, target, move, name) for name in view.state.tracks]


def _missed(view: View, target: Plan, move: Move) -> set[str]:
    return {stop.path for passage in _passages(view, target, move) for stop in passage.missed}


def _in_flight(view: View) -> Iterator[Refusal]:
    resource = view.state.resource
    for name, track in view.state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step and step is not None and at_work(step):
            environment = None if name == SHARED_TRACK else name
            wait = "Wait until it has ended."
            if pause_over(view.gate, resource.id, environment, resource.wave) is None:
                wait += f" To keep the next one from starting, pause it first: `pause migration {resource.id}`."
            yield Refusal("in_flight", f"{name}: {track.step} is at work.", wait)


def _environments(view: View, target: Plan) -> Iterator[Refusal]:
    mine = view.state.environments
    for name in mine:
        if name not in target.environments:
            text = (
                f"It goes through {name}, which {target.ref} does not have; that has {', '.join(target.environments)}."
            )
            yield Refusal("no_environment", text, "Publish a version with this environment.")
        elif missing := [other for other in target.environments[name].blocked_by if other not in mine]:
            text = f"In {target.ref}, {name} comes after {', '.join(missing)}, which this resource does not go through."
            yield Refusal("no_environment", text, "Publish a version without that.")
    optional = {phase.name for phase in target.phases if phase.optional}
    for name in view.state.resource.skip:
        if name not in optional:
            text = f"It leaves out the phase {name}, which is no optional phase of {target.ref}."
            yield Refusal("no_optional_phase", text, "Publish a version in which it is one.")


def _names(view: View, target: Plan, move: Move) -> Iterator[Refusal]:
    """A name that is none, or that changes nothing, is a slip of the pen."""
    for old, new in move.renamed.items():
        before, after = _scope(view.plan, old), _scope(target, new)
        if before is None:
            yield Refusal("unknown_step", f"{old} is no step of {view.plan.ref}.", "Check the spelling of `--rename`.")
        elif after is None:
            yield Refusal("unknown_step", f"{new} is no step of {target.ref}.", "Check the spelling of `--rename`.")
        elif before != after:
            text = f"{old} belongs to the {before} track, and {new} to the {after} track of {target.ref}."
            yield Refusal("unknown_step", text, "Name steps of one and the same track.")
    missed = _missed(view, target, move)
    for path in move.left_out:
        if _scope(target, path) is None:
            yield Refusal("unknown_step", f"{path} is no step of {target.ref}.", "Check the spelling of `--leave-out`.")
        elif path not in missed:
            yield Refusal("not_missed", f"{path} would not be missed: it is done already, or still to come.",
                          "Do not leave it out.")  # fmt: skip


def _scope(plan: Plan, path: str) -> str | None:
    """Whose step it is: `shared`, or each environment's; None where the plan has none there."""
    phase, _, step = path.partition(".")
    found = (one.scope for one in plan.phases if one.name == phase and any(each.id == step for each in one.steps))
    return next(found, None)


def _lost_pull_requests(before: View, after: View, move: Move) -> Iterator[Refusal]:
    """An approval that finds no pull request counts as given: it must find the one that it found before."""
    for name in track_names(before):
        track = before.state.tracks.get(name)
        for stop in before.plan.stops(name):
            step = track.steps.get(stop.path) if track else None
            there = after.plan.stop(name, move.renamed.get(stop.path, stop.path))
            if not isinstance(stop.step, ApprovalStep) or there is None or not isinstance(there.step, ApprovalStep):
                continue
            waits_for = address_of(before, name, stop, stop.step.approval.of)
            passed = step is not None and step.status in _PASSED
            if waits_for and not passed and address_of(after, name, there, there.step.approval.of) != waits_for:
                text = f"{name}: {there.path} would lose the pull request that {stop.step.approval.of} opened."
                yield Refusal(
                    "loses_its_pull_request", text, "Say where that step is now: `--rename PHASE.STEP=PHASE.STEP`."
                )
