"""What must be in flight, computed from the state and never remembered beside it."""

from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

from shared.domain.digests import digest_of
from shared.domain.gate import environment_of
from shared.domain.scope import names_in, rendered, scope_of
from shared.domain.view import View
from state_schema.ids import order_key
from state_schema.migration import Listed, StepState
from state_schema.orders import Order
from state_schema.plan import DecisionStep, SkillStep, Stop
from state_schema.skills import SKILLS


def orders_for(view: View) -> list[Order]:
    """The orders that are out by right: one for each step in progress. Empty once the migration is over."""
    return [order_of(view, track, stop, step) for track, stop, step in _in_progress(view)]


def _in_progress(view: View) -> Iterator[tuple[str, Stop, StepState]]:
    if view.state.status == "aborted":
        return
    for name, track in view.state.tracks.items():
        step = track.steps.get(track.step) if track.step else None
        stop = view.plan.stop(name, track.step) if track.step else None
        if step is not None and stop is not None and step.status == "in_progress":
            yield name, stop, step


def missing_names(view: View, track: str, stop: Stop) -> list[str]:
    """The placeholders in the step's inputs that have no value: metadata that this resource lacks, say."""
    if not isinstance(stop.step, SkillStep):
        return []
    return sorted(set(names_in(stop.step.with_)) - scope_of(view, track).keys())


def work_of(view: View, track: str, stop: Stop) -> tuple[str, dict[str, JsonValue], Listed | None]:
    """(skill, rendered inputs, chosen items) of the step, before it has an attempt."""
    match stop.step:
        case SkillStep(skill=skill, with_=inputs):
            found = cast("dict[str, JsonValue]", rendered(inputs, scope_of(view, track)))
            return skill, found, _chosen_before(view, track, stop)
        case DecisionStep(decision=decision):
            return decision.choices_from, {}, None
        case _:
            message = f"{stop.path} is no work for a skill"
            raise TypeError(message)


def work_digest(view: View, track: str, stop: Stop) -> str:
    """What a decision about this work is bound to: plan version, place, skill, inputs and chosen items."""
    skill, inputs, items = work_of(view, track, stop)
    return digest_of(view.plan.ref, view.state.id, track, stop.path, skill, inputs, items.event if items else 0)


def order_of(view: View, track: str, stop: Stop, step: StepState) -> Order:
    """The order that belongs to the present attempt and part of this step."""
    skill, inputs, items = work_of(view, track, stop)
    progress = step.progress
    return Order(
        key=order_key(view.state.id, track, stop.path, step.attempt, progress.part if progress else 0),
        migration=view.state.id,
        track=track,
        step=stop.path,
        attempt=step.attempt,
        retries=step.retries,
        skill=skill,
        action=SKILLS[skill].action,
        inputs=inputs,
        environment=environment_of(track),
        items=items,
        done=progress.done if progress else 0,
        cursor=progress.cursor if progress else "",
        outputs=step.outputs,
        digest=digest_of(view.plan.ref, view.state.id, track, stop.path, skill, inputs, items.event if items else 0),
    )


def _chosen_before(view: View, track: str, stop: Stop) -> Listed | None:
    steps = view.state.tracks[track].steps
    earlier = [one.path for one in view.plan.stops(track)[: stop.number] if isinstance(one.step, DecisionStep)]
    return next((steps[path].chosen for path in reversed(earlier) if path in steps), None)
