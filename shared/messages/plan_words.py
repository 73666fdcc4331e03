"""A plan in words, as Markdown, for somebody who has never seen one: who does what, in which order, and what is asked."""

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from shared.domain.form_words import wanted
from shared.messages.form_fields import without
from shared.messages.needed import COMMAND
from shared.messages.people import in_utc
from shared.messages.plan_asked import answer, counted, listed, prose, table, who
from shared.messages.plan_way import Passage, Question, Way, action_of, unit_of, ways_of
from state_schema.forms import Form
from state_schema.ids import SHARED_TRACK
from state_schema.plan import Plan
from state_schema.skills import Action
from state_schema.steps import (
    AnyStep,
    ApprovalStep,
    ConfirmationStep,
    Decision,
    DecisionStep,
    OnFailure,
    SkillStep,
    WaitStep,
)

_DOES: Final[dict[Action, str]] = {
    "read": "looks, and changes nothing",
    "create_pr": "opens a pull request",
    "deploy": "deploys, and **waits for the machines** that do it",
    "run_migration": "migrates, and goes on until all is done",
    "merge": "merges a pull request",
    "delete": "deletes",
}


def explanation(plan: Plan) -> str:
    """The way of one resource through a valid plan: an overview, each track step by step, and a table of all questions."""
    ways, unit = ways_of(plan), unit_of(plan)
    blocks = [f"# The way of one {unit} through `{plan.ref}`", *_overview(ways, unit)]
    told: dict[object, str] = {}
    for way in ways:
        like = told.setdefault(_alike(way), way.name)
        blocks += [f"## {_heading(way)}", *_track(way, unit, like)]
    return "\n\n".join([*blocks, *table(ways, unit)]) + "\n"


def _overview(ways: Sequence[Way], unit: str) -> Iterator[str]:
    yield f"It begins when somebody says `{COMMAND} start <{unit}>`."
    described = ""
    bullets = []
    for way in ways:
        phases = ", ".join(f"`{phase}`" for phase, _ in way.phases) or "nothing to do"
        same = phases == described and len(way.phases) > 1
        bullets.append(f"- {_outline(way, 'the same phases' if same else phases)}")
        described = phases
    yield "\n".join(bullets)
    yield (
        "**Waymark** works by itself. **A person** is asked by a card in Slack, and answers with its button; the "
        "command typed in the channel does the same. What must be answered first is the default: a campaign may "
        "set other gates, and says how many steps may be at work at once. What fails for now is tried again by itself, "
        "a few times; then, and about any other failure, a person is asked."
    )
    yield counted(ways)


def _outline(way: Way, phases: str) -> str:
    if way.name == SHARED_TRACK:
        return f"First, once for all environments: {phases}."
    approved = any(question.kind == "approval" for _, question in way.asked)
    after = ", after somebody approved" if approved else ""
    if way.after == (SHARED_TRACK,):
        return f"Then `{way.name}`{after}: {phases}."
    start = f"when {_completed(way.after)}" if way.after else "at once"
    return f"`{way.name}` starts {start}{after}: {phases}."


def _track(way: Way, unit: str, like: str) -> Iterator[str]:
    yield _start(way)
    if like != way.name:
        yield f"From there it goes as in `{like}`, with `{way.name}` in questions and commands."
        return
    for phase, passages in way.phases:
        yield f"### `{phase}`{', unless it is left out' if passages[0].stop.optional else ''}"
        lines = [line for passage in passages for line in _passage(way.name, passage, unit)]
        yield "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _start(way: Way) -> str:
    if not way.after:
        return "Starts at once."
    return f"Starts when {_completed(way.after)}."


def _passage(track: str, passage: Passage, unit: str) -> Iterator[str]:
    for question in passage.first:
        yield f"**A person**, {who(question)}, {_gate(track, question, unit)}. Without that, the next step does not begin."
    sentences = [_step(track, passage, unit), *_in_time(passage.stop.step)]
    yield f"{' '.join(sentences)} (`{passage.stop.step.id}`)"


def _gate(track: str, question: Question, unit: str) -> str:
    typed = answer(question, unit, track)
    match question.kind:
        case "approval":
            return f"approves `{track}` for this {unit}: {typed}"
        case "command":
            return f"gives **an explicit command**: {typed}"
        case _:
            return f"confirms: {typed}"


def _step(track: str, passage: Passage, unit: str) -> str:
    own = passage.own
    asked = f"“{prose(own.ask)}”" if own else ""
    typed = answer(own, unit, track) if own else ""
    match passage.stop.step:
        case SkillStep(skill=skill) as step:
            return f"**Waymark** {_DOES[action_of(step)]}, with the skill `{skill}`."
        case ApprovalStep(approval=approval):
            merge = f"The answer is to merge on GitHub what `{approval.of}` opened"
            return f"**A person** is asked: {asked}. {merge}. Waymark notices; {typed} has it look at once."
        case ConfirmationStep():
            return f"**A person** is asked: {asked}. The answer is {typed}."
        case DecisionStep(decision=decision):
            return f"{_choices(decision)} **A person** is asked: {asked}. The answer is {typed}."
        case WaitStep(wait=wait):
            how_long = f"for `{wait}`" if isinstance(wait, str) else f"until {in_utc(wait)}"
            return f"**The clock**: nothing happens {how_long}; then it goes on by itself."
        case _:
            assert_never(passage.stop.step)


def _choices(decision: Decision) -> str:
    if decision.form is not None:
        return f"There is to fill in: {'; '.join(_field(decision.form, name) for name in decision.form.properties)}."
    if decision.choices is None:
        return f"**Waymark** lists what there is to choose, with the skill `{decision.choices_from}`."
    return f"There is to choose: {', '.join(f'“{prose(choice)}”' for choice in decision.choices)}."


def _field(form: Form, name: str) -> str:
    field = form.properties[name]
    title = f"{prose(field.title)} (`{name}`)" if field.title else f"`{name}`"
    described = f", “{prose(field.description)}”" if field.description else ""
    return f"{title}, {prose(wanted(field))}, {prose(without(form, name))}{described}"


def _in_time(step: AnyStep) -> Iterator[str]:
    """What happens where people or machines take too long, or where the work fails."""
    if isinstance(step, WaitStep):
        return
    if step.remind is not None:
        yield f"Reminded every `{step.remind}`."
    if step.timeout is not None and isinstance(step, SkillStep):
        yield f"It has failed where it is not done after `{step.timeout}`."
    elif step.timeout is not None:
        yield f"Overdue after `{step.timeout}`, and open still: silence is no answer."
    if isinstance(step, SkillStep) and {"retries", "first_delay"} & step.on_failure.model_fields_set:
        yield _again(step.on_failure)
    if isinstance(step, SkillStep) and step.on_failure.rollback is not None:
        yield f"Where it fails, people may roll back, with the skill `{step.on_failure.rollback}`."


def _again(policy: OnFailure) -> str:
    """How often what kind of failure is tried again without asking anybody."""
    ways = (
        ("that may pass by itself", policy.retries.transient),
        ("that an update may heal", policy.retries.retriable),
    )
    tried = [f"a failure {kind} up to {times} {'time' if times == 1 else 'times'}" for kind, times in ways if times]
    if not tried:
        return "No failure is tried again by itself."
    return f"Tried again by itself: {listed(tried)}, first after `{policy.first_delay}`."


def _heading(way: Way) -> str:
    return "First, once for all environments" if way.name == SHARED_TRACK else f"`{way.name}`"


def _completed(tracks: Sequence[str]) -> str:
    names = ["what is done once for all environments" if name == SHARED_TRACK else f"`{name}`" for name in tracks]
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} completed"


def _alike(way: Way) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What two environments have in common that go the same way: their steps, and what they are asked there."""
    return tuple(
        (passage.stop.path, tuple(question.verb for question in passage.questions)) for passage in way.passages
    )
