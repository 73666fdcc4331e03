"""What no single model of a plan can see: names across steps, environments and skills. Every problem, each with its place."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from shared.domain.spelling import slip_of
from shared.domain.step_rules import step_problems
from shared.domain.template_rules import Around, Problem
from state_schema.plan import DecisionStep, Environment, Phase, Plan, SkillStep, Step
from state_schema.skills import SKILLS
from state_schema.steps import Decision


def problems_of(plan: Plan) -> list[Problem]:
    """Everything that is wrong with this plan beyond its shape."""
    return [*_environments(plan), *_phases(plan), *_steps(plan)]


def _environments(plan: Plan) -> Iterator[Problem]:
    for name, environment in plan.environments.items():
        yield from _misspelled(name, environment)
        for number, blocker in enumerate(environment.blocked_by):
            if blocker not in plan.environments:
                allowed = ", ".join(plan.environments)
                place = ("environments", name, "blocked_by", number)
                yield place, f"{blocker!r} is no environment of this plan; allowed: {allowed}"
    waiting = {name: set(environment.blocked_by) for name, environment in plan.environments.items()}
    while ring := _ring(waiting):
        waits = ", ".join(f"{one} waits for {other}" for one, other in pairwise(ring))
        yield ("environments", ring[0], "blocked_by"), f"blocked_by goes in a circle: {waits}; take one of them out"
        for one, other in pairwise(ring):
            waiting[one].discard(other)


def _misspelled(name: str, environment: Environment) -> Iterator[Problem]:
    """What guards an environment must not become an attribute by a slip."""
    for attribute in environment.__pydantic_extra__:
        if (meant := slip_of(attribute, Environment.model_fields)) is not None:
            text = (
                f"did you mean `{meant}`? As an attribute for templates it would guard nothing; else name it otherwise"
            )
            yield ("environments", name, attribute), text


def _ring(waiting: Mapping[str, set[str]]) -> list[str]:
    """Names that wait for one another, each for the next one, from the first to itself again; empty where none do."""
    try:
        TopologicalSorter({name: sorted(others) for name, others in waiting.items()}).prepare()
    except CycleError as exc:
        circle = list(reversed(exc.args[1]))[1:]
        first = circle.index(next(name for name in waiting if name in circle))
        return [*circle[first:], *circle[: first + 1]]
    return []


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
    decided: dict[str, dict[str, bool]] = {}
    opens: dict[str, bool] = {}
    for number, phase in enumerate(plan.phases):
        for position, step in enumerate(phase.steps):
            optional = {other.name for other in plan.phases[:number] if other.optional}
            uncertain = frozenset(path for path in earlier if path.partition(".")[0] in optional)
            around = Around(plan, phase, dict(earlier), uncertain, dict(decided), dict(opens))
            yield from step_problems(around, step, ("phases", number, "steps", position))
            earlier[f"{phase.name}.{step.id}"] = step.id
            opens[step.id] = _opens_pull_request(step)
            if isinstance(step, DecisionStep):
                decided[f"{phase.name}.{step.id}"] = _answers(step.decision)


def _opens_pull_request(step: Step) -> bool:
    """An unknown skill is told of where it is named."""
    return isinstance(step, SkillStep) and (step.skill not in SKILLS or SKILLS[step.skill].action == "create_pr")


def _answers(decision: Decision) -> dict[str, bool]:
    """The outputs of a decision, and whether each always has a value."""
    if decision.form is not None:
        return {name: name in decision.form.always_given for name in decision.form.properties}
    return {} if decision.takes_many else {decision.as_: True}
