"""What must be in flight, computed from the state and never remembered beside it."""

from collections.abc import Iterator
from typing import Final, cast

from pydantic import JsonValue

from shared.domain.digests import digest_of
from shared.domain.gate import environment_of
from shared.domain.scope import names_in, rendered, scope_for
from shared.domain.view import View
from state_schema.ids import order_key
from state_schema.migration import Listed, StepState
from state_schema.model import unchecked
from state_schema.orders import Order
from state_schema.plan import DecisionStep, SkillStep, Stop
from state_schema.skills import SKILLS
from state_schema.steps import Decision

_order: Final = unchecked(Order)
"""For what comes out of a state and its plan."""


def orders_for(view: View) -> list[Order]:
    """The orders that are out by right: one for each step in progress. Empty once the migration is over."""
    return [order_of(view, track, stop, step) for track, stop, step in _in_progress(view)]


def _in_progress(view: View) -> Iterator[tuple[str, Stop, StepState]]:
    if view.state.status == "aborted":
        return
    for name, track in view.state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        if track.step is None or step is None or step.status != "in_progress":
            continue
        stop = view.plan.stop(name, track.step)
        if stop is not None:
            yield name, stop, step


def takes_back(view: View, track: str, stop: Stop) -> bool:
    """Whether the step's present attempt is its rollback."""
    found = view.state.tracks.get(track)
    step = found.steps.get(stop.path) if found else None
    return step is not None and step.rollback == "ordered"


def missing_names(view: View, track: str, stop: Stop, *, back: bool | None = None) -> list[str]:
    """The placeholders in the step's inputs that have no value: metadata that this resource lacks, say."""
    if not isinstance(stop.step, SkillStep):
        return []
    _, inputs = _skill_and_inputs(stop.step, back=takes_back(view, track, stop) if back is None else back)
    asked = names_in(inputs)
    return sorted(asked - scope_for(view, track, asked).keys()) if asked else []


def work_of(
    view: View, track: str, stop: Stop, *, back: bool | None = None
) -> tuple[str, dict[str, JsonValue], Listed | None]:
    """(skill, rendered inputs, chosen items) of the step, before it has an attempt.

    `back`: of its rollback; None leaves that to the state.
    """
    match stop.step:
        case SkillStep() as step:
            skill, inputs = _skill_and_inputs(step, back=takes_back(view, track, stop) if back is None else back)
            return skill, _filled(view, track, inputs), _chosen_before(view, track, stop)
        case DecisionStep(decision=Decision(choices_from=str() as skill)):
            return skill, {}, None
        case _:
            message = f"{stop.path} is no work for a skill"
            raise TypeError(message)


def _filled(view: View, track: str, inputs: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The inputs as the skill gets them. Where nothing is asked for, no scope is built: this is done several times a step."""
    asked = names_in(inputs)
    return cast("dict[str, JsonValue]", rendered(inputs, scope_for(view, track, asked))) if asked else inputs


def skill_of(view: View, track: str, stop: Stop, step: SkillStep) -> str:
    """The skill that the step's next attempt takes: that of its rollback, where that is ordered."""
    return _skill_and_inputs(step, back=takes_back(view, track, stop))[0]


def _skill_and_inputs(step: SkillStep, *, back: bool) -> tuple[str, dict[str, JsonValue]]:
    policy = step.on_failure
    if back and policy.rollback is not None:
        return policy.rollback, step.with_ if policy.with_ is None else policy.with_
    return step.skill, step.with_


def work_digest(view: View, track: str, stop: Stop, *, back: bool | None = None) -> str:
    """What a decision about this work is bound to: plan version, place, skill, inputs and chosen items."""
    skill, inputs, items = work_of(view, track, stop, back=back)
    return digest_of(view.plan.ref, view.state.id, track, stop.path, skill, inputs, items.event if items else 0)


def order_of(view: View, track: str, stop: Stop, step: StepState) -> Order:
    """The order that belongs to the present attempt and part of this step."""
    skill, inputs, items = work_of(view, track, stop)
    progress = step.progress
    return _order(
        key=order_key(view.state.id, track, stop.path, step.attempt, progress.part if progress else 0),
        migration=view.state.id,
        track=track,
        step=stop.path,
        attempt=step.attempt,
        retries=step.retries,
        began=step.began,
        skill=skill,
        action=SKILLS[skill].action,
        rollback=step.rollback == "ordered",
        inputs=inputs,
        environment=environment_of(track),
        items=items,
        done=progress.done if progress else 0,
        cursor=progress.cursor if progress else "",
        outputs={**step.outputs, **step.back} if step.back else step.outputs,
        digest=digest_of(view.plan.ref, view.state.id, track, stop.path, skill, inputs, items.event if items else 0),
    )


def _chosen_before(view: View, track: str, stop: Stop) -> Listed | None:
    steps = view.state.tracks[track].steps
    stops = view.plan.stops(track)[: stop.number]
    earlier = [one.path for one in stops if isinstance(one.step, DecisionStep) and one.step.decision.choices_from]
    return next((steps[path].chosen for path in reversed(earlier) if path in steps), None)
