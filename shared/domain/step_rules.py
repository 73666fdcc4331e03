"""What is wrong with one step of a plan, where it stands: its skill, its question, its gate, its times, its roll-back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pydantic import JsonValue, ValidationError

from shared.domain.choice_rules import choice_problems
from shared.domain.commands import BUILT_IN
from shared.domain.form_rules import form_problems
from shared.domain.permissions import LAYERS, default_layer
from shared.domain.shape_problems import shape_problems
from shared.domain.spelling import close_to
from shared.domain.template_rules import Around, Place, Problem, template_problems
from state_schema.grammar import parse_duration
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep, SkillStep, Step
from state_schema.skills import SKILLS
from state_schema.steps import Decision, OnFailure, TimedStep

SHORTEST_REMINDER: Final = timedelta(minutes=15)
_LONGEST_ASK: Final = 800
"""Characters. With its templates filled in, a question may have 1,000."""


def step_problems(around: Around, step: Step, place: Place) -> Iterator[Problem]:
    """Everything that is wrong with this step beyond its shape."""
    if isinstance(step, TimedStep):
        yield from _times(step, place)
    match step:
        case SkillStep():
            yield from _skill(step.skill, step.with_, (*place, "skill"), (*place, "with"))
            yield from template_problems(around, step.with_, (*place, "with"))
            yield from _gate(around, step, place)
            yield from _rollback(around, step, step.on_failure, (*place, "on_failure"))
        case ApprovalStep(approval=approval):
            yield from _reviewed(around, approval.of, (*place, "approval", "of"))
            yield from _question(around, approval.ask, approval.resume, (*place, "approval"))
        case ConfirmationStep(confirmation=asked):
            yield from _question(around, asked.ask, asked.resume, (*place, "confirmation"))
        case DecisionStep(decision=asked):
            yield from _choices(asked, (*place, "decision"))
            yield from _asked(around, asked.ask, (*place, "decision", "ask"))
        case _:
            return


def _times(step: TimedStep, place: Place) -> Iterator[Problem]:
    if step.remind is not None and parse_duration(step.remind) < SHORTEST_REMINDER:
        yield (*place, "remind"), f"a reminder every {step.remind} is noise; the shortest is 15m"


def _reviewed(around: Around, of: str, place: Place) -> Iterator[Problem]:
    """Where nothing is to be merged, an approval would pass by itself."""
    if of not in around.opens:
        known = ", ".join(sorted(around.opens)) or "none"
        yield place, f"{of!r} is no earlier step; earlier steps: {known}"
    elif not around.opens[of]:
        able = ", ".join(sorted(name for name, opens in around.opens.items() if opens)) or "none"
        yield place, f"{of!r} opens no pull request; steps that do: {able}"


def _skill(skill: str, inputs: dict[str, JsonValue], named: Place, given: Place) -> Iterator[Problem]:
    if skill not in SKILLS:
        meant = close_to(skill, SKILLS)
        guess = f"did you mean {meant!r}? Allowed" if meant else "allowed"
        yield named, f"there is no skill {skill!r}; {guess}: {', '.join(SKILLS)}"
        return
    try:
        SKILLS[skill].inputs.model_validate(inputs)
    except ValidationError as exc:
        allowed = ", ".join(SKILLS[skill].inputs.model_fields) or "nothing"
        for place, said in shape_problems(SKILLS[skill].inputs, inputs, exc.errors()):
            yield (*given, *place), f"{said} (the skill {skill!r} takes: {allowed})"


def _gate(around: Around, step: SkillStep, place: Place) -> Iterator[Problem]:
    """A gate that is written out and asks for less than the rules do would look as if it removed one."""
    if "gate" not in step.model_fields_set or step.skill not in SKILLS:
        return
    action = SKILLS[step.skill].action
    everywhere = {"all environments": None} if around.phase.scope == "shared" else around.plan.environments
    for name, environment in everywhere.items():
        layer = default_layer(environment, action, "automatic")
        if LAYERS[step.gate] < LAYERS[layer]:
            needs = layer.replace("_", " ")
            text = f"a plan may add a gate, never remove one: {action} in {name} needs {needs}; leave {step.gate!r} out"
            yield (*place, "gate"), text
            return


def _rollback(around: Around, step: SkillStep, policy: OnFailure, place: Place) -> Iterator[Problem]:
    if policy.rollback is None:
        if policy.with_ is not None:
            yield (
                (*place, "with"),
                "these inputs are for a `rollback`, and there is none; name its skill or leave them out",
            )
        return
    inputs = step.with_ if policy.with_ is None else policy.with_
    if policy.rollback == step.skill and inputs == step.with_:
        text = f"{step.skill!r} with the same inputs would do the step again, not take it back; give it a `with` of its own"
        yield (*place, "rollback"), text
    elif policy.rollback in SKILLS and SKILLS[policy.rollback].action == "read":
        yield (*place, "rollback"), f"{policy.rollback!r} only reads, so it takes nothing back"
    given = (*place, "rollback") if policy.with_ is None else (*place, "with")
    yield from _skill(policy.rollback, inputs, (*place, "rollback"), given)
    if policy.with_ is not None:
        yield from template_problems(around, policy.with_, given)


def _question(around: Around, ask: str, verb: str, place: Place) -> Iterator[Problem]:
    if verb in BUILT_IN:
        yield (*place, "resume"), f"{verb!r} is a built-in command; choose another word"
    yield from _asked(around, ask, (*place, "ask"))


def _asked(around: Around, ask: str, place: Place) -> Iterator[Problem]:
    if not any(one.isprintable() and not one.isspace() for one in ask):
        yield place, "is blank; write what is asked"
    elif len(ask) > _LONGEST_ASK:
        yield place, f"has {len(ask):,} characters, and {_LONGEST_ASK} are the most; say less, or link to the rest"
    yield from template_problems(around, ask, place)


def _choices(asked: Decision, place: Place) -> Iterator[Problem]:
    """A choice that nobody could reach: no list, or what is wrong with the form or the choices."""
    if asked.form is not None:
        if asked.many:
            yield (*place, "many"), "`many` is for `choices`; a form takes one answer a field"
        yield from form_problems(asked.form, (*place, "form"))
        return
    if asked.choices_from is not None:
        if asked.choices_from not in SKILLS or SKILLS[asked.choices_from].action != "read":
            allowed = ", ".join(name for name, spec in SKILLS.items() if spec.action == "read")
            yield (*place, "choices_from"), f"{asked.choices_from!r} lists nothing; allowed: {allowed}"
        return
    yield from choice_problems(asked.choices or (), (*place, "choices"))
