"""What no single model of a plan can see: names across steps, environments and skills. Every problem, each with its place."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from pydantic import JsonValue, ValidationError

from shared.domain.template_rules import Around, Place, Problem, template_problems
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep, Phase, Plan, SkillStep, Step
from state_schema.skills import SKILLS

BUILT_IN: Final = frozenset({
    "start", "next", "status", "history", "inbox", "confirm", "verify", "logs", "deploy", "decide", "retry", "skip", "block",
    "abort", "rollback", "pause", "resume", "freeze", "reconcile", "link", "assign", "explain", "help", "approve",
    "open-pr", "run-migration", "merge", "delete", "read",
})  # fmt: skip
"""Commands that a plan's own `resume` words must not shadow."""


def problems_of(plan: Plan) -> list[Problem]:
    """Everything that is wrong with this plan beyond its shape."""
    return [*_environments(plan), *_phases(plan), *_steps(plan)]


def _environments(plan: Plan) -> Iterator[Problem]:
    for name, environment in plan.environments.items():
        for number, blocker in enumerate(environment.blocked_by):
            if blocker not in plan.environments:
                allowed = ", ".join(plan.environments)
                place = ("environments", name, "blocked_by", number)
                yield place, f"{blocker!r} is no environment of this plan; allowed: {allowed}"
    try:
        TopologicalSorter({name: env.blocked_by for name, env in plan.environments.items()}).prepare()
    except CycleError as exc:
        yield ("environments",), "blocked_by goes in a circle: " + " -> ".join(exc.args[1])


def _phases(plan: Plan) -> Iterator[Problem]:
    seen: set[str] = set()
    environment_before = False
    for number, phase in enumerate(plan.phases):
        if phase.name in seen:
            yield ("phases", number, "name"), f"two phases are called {phase.name!r}; a name is unique in a plan"
        seen.add(phase.name)
        if phase.scope == "shared" and environment_before:
            yield ("phases", number, "scope"), "a shared phase comes before the environments: move it to the top"
        environment_before |= phase.scope == "environment"
        yield from _ids(number, phase)


def _ids(number: int, phase: Phase) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, step in enumerate(phase.steps):
        if step.id in seen:
            yield ("phases", number, "steps", position, "id"), f"two steps of {phase.name!r} are called {step.id!r}"
        seen.add(step.id)


def _steps(plan: Plan) -> Iterator[Problem]:
    earlier: dict[str, str] = {}
    for number, phase in enumerate(plan.phases):
        for position, step in enumerate(phase.steps):
            around = Around(plan, phase, dict(earlier))
            yield from _step(around, step, ("phases", number, "steps", position))
            earlier[f"{phase.name}.{step.id}"] = step.id


def _step(around: Around, step: Step, place: Place) -> Iterator[Problem]:
    match step:
        case SkillStep(skill=skill, with_=inputs):
            yield from _skill(skill, inputs, place)
            yield from template_problems(around, inputs, (*place, "with"))
        case ApprovalStep(approval=approval):
            if approval.of not in around.earlier.values():
                known = ", ".join(sorted(set(around.earlier.values()))) or "none"
                yield (*place, "approval", "of"), f"{approval.of!r} is no earlier step; earlier steps: {known}"
            yield from _question(around, approval.ask, approval.resume, (*place, "approval"))
        case ConfirmationStep(confirmation=asked):
            yield from _question(around, asked.ask, asked.resume, (*place, "confirmation"))
        case DecisionStep(decision=asked):
            yield from _choices(asked.choices_from, place)
            yield from template_problems(around, asked.ask, (*place, "decision", "ask"))
        case _:
            return


def _choices(skill: str, place: Place) -> Iterator[Problem]:
    if skill not in SKILLS or SKILLS[skill].action != "read":
        allowed = ", ".join(name for name, spec in SKILLS.items() if spec.action == "read")
        yield (*place, "decision", "choices_from"), f"{skill!r} lists nothing; allowed: {allowed}"


def _question(around: Around, ask: str, verb: str, place: Place) -> Iterator[Problem]:
    if verb in BUILT_IN:
        yield (*place, "resume"), f"{verb!r} is a built-in command; choose another word"
    yield from template_problems(around, ask, (*place, "ask"))


def _skill(skill: str, inputs: dict[str, JsonValue], place: Place) -> Iterator[Problem]:
    if skill not in SKILLS:
        yield (*place, "skill"), f"there is no skill {skill!r}; allowed: {', '.join(SKILLS)}"
        return
    try:
        SKILLS[skill].inputs.model_validate(inputs)
    except ValidationError as exc:
        allowed = ", ".join(SKILLS[skill].inputs.model_fields) or "nothing"
        for error in exc.errors():
            where = (*place, "with", *error["loc"])
            yield where, f"{error['msg']} (the skill {skill!r} takes: {allowed})"
