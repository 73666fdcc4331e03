"""A plan as a Mermaid flowchart: the tracks with what they wait for, their phases, and a shape for each kind of step.

Mermaid's documentation, "Flowcharts - Basic Syntax": a label in double quotes holds any text, and a character is written
as `#<code>;`. Nodes get ids of our own, because a plan's names may be Mermaid's words (`end`, `class`).
"""

import re
from collections.abc import Iterator
from typing import Final, assert_never

from shared.messages.escaping import one_line
from shared.messages.needed import COMMAND
from shared.messages.people import in_utc
from shared.messages.plan_way import Passage, Question, Way, unit_of, ways_of
from state_schema.forms import Form
from state_schema.ids import SHARED_TRACK
from state_schema.plan import ApprovalStep, ConfirmationStep, DecisionStep, Plan, SkillStep, WaitStep
from state_schema.steps import AnyStep, Decision

_INDENT: Final = "    "
_ASK: Final = 120
_SPECIAL: Final = re.compile(r"[^\w .,?!'“”…/🔒-]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Punctuation that means something to Mermaid, or to the Markdown and HTML that it makes of a label."""
_SKILL: Final = ("[", "]")
_APPROVAL: Final = ("{{", "}}")
_CONFIRMATION: Final = ("([", "])")
_DECISION: Final = ("{", "}")
_WAIT: Final = ("((", "))")


def mermaid(plan: Plan) -> str:
    """The drawing of a valid plan. The same plan always gives the same text.

    Mermaid's documentation, "Config schema": a page draws at most 500 arrows (`maxEdges`) and 50,000 characters
    (`maxTextSize`), unless its owner allows more.
    """
    ways = ways_of(plan)
    ids = {way.name: f"t{number}" for number, way in enumerate(ways)}
    title = f"The way of one {unit_of(plan)} through {plan.ref}"
    lines = ["---", f'title: "{title}"', "---", "flowchart TB"]
    for way in ways:
        lines += _indented(_track(way, ids[way.name]))
    for way in ways:
        lines += _indented(_chain(way, ids[way.name]))
    lines += _indented(f"{ids[other]} --> {ids[way.name]}" for way in ways for other in way.after)
    lines += _indented(["classDef gated stroke-width:4px,stroke-dasharray:6 3"])
    return "\n".join(lines) + "\n"


def _track(way: Way, track: str) -> Iterator[str]:
    yield f"subgraph {track}{_box('once for all environments' if way.name == SHARED_TRACK else way.name)}"
    for number, (phase, passages) in enumerate(way.phases):
        group = f"{track}p{number}"
        left_out = ", unless it is left out" if passages[0].stop.optional else ""
        yield f"{_INDENT}subgraph {group}{_box(phase + left_out)}"
        for position, passage in enumerate(passages):
            yield from (f"{_INDENT * 2}{drawn}" for _, drawn in _nodes(way.name, passage, f"{group}s{position}"))
        yield f"{_INDENT}end"
    yield "end"


def _chain(way: Way, track: str) -> Iterator[str]:
    """The arrows through a track. They stand outside: a node belongs to the group in which it is named."""
    nodes = [
        node
        for number, (_, passages) in enumerate(way.phases)
        for position, passage in enumerate(passages)
        for node, _ in _nodes(way.name, passage, f"{track}p{number}s{position}")
    ]
    if len(nodes) > 1:
        yield " --> ".join(nodes)


def _nodes(track: str, passage: Passage, node: str) -> Iterator[tuple[str, str]]:
    """Id and line of each node of a step; an environment's approval stands before it."""
    for question in passage.first:
        if question.kind == "approval":
            asked = _label(f"An approver approves {track}", _command(question))
            yield f"{node}a", f"{node}a{_shaped(_APPROVAL, asked)}:::gated"
    gates = [question for question in passage.first if question.kind != "approval"]
    marks = [f"🔒 first {_command(question)}" for question in gates]
    shape, lines = _drawn(passage)
    label = _label(passage.stop.step.id, *lines, *_in_time(passage.stop.step), *marks)
    yield node, f"{node}{_shaped(shape, label)}{':::gated' if gates else ''}"


def _drawn(passage: Passage) -> tuple[tuple[str, str], tuple[str, ...]]:
    """The shape of a step, and what is written below its name."""
    asked = _question(passage.own) if passage.own else ()
    match passage.stop.step:
        case SkillStep(skill=skill):
            return _SKILL, (f"Waymark runs {skill}",)
        case ApprovalStep():
            return _APPROVAL, asked
        case ConfirmationStep():
            return _CONFIRMATION, asked
        case DecisionStep(decision=Decision(form=Form(properties=fields))):
            return _DECISION, (*asked, one_line(f"fields: {', '.join(fields)}", _ASK))
        case DecisionStep():
            return _DECISION, asked
        case WaitStep(wait=wait):
            return _WAIT, (f"waits {wait}" if isinstance(wait, str) else f"waits until {in_utc(wait)}",)
        case _:
            assert_never(passage.stop.step)


def _in_time(step: AnyStep) -> Iterator[str]:
    """What happens where it takes too long, or fails."""
    if isinstance(step, WaitStep):
        return
    if step.remind is not None:
        yield f"reminded every {step.remind}"
    if step.timeout is not None:
        yield f"{'fails' if isinstance(step, SkillStep) else 'overdue'} after {step.timeout}"
    if isinstance(step, SkillStep) and step.on_failure.rollback is not None:
        yield f"roll back with {step.on_failure.rollback}"


def _question(question: Question) -> tuple[str, ...]:
    return f"“{one_line(question.ask, _ASK)}”", _command(question)


def _command(question: Question) -> str:
    return f"{COMMAND} {question.verb}"


def _box(label: str) -> str:
    return _shaped(_SKILL, _label(label))


def _shaped(shape: tuple[str, str], label: str) -> str:
    return f'{shape[0]}"{label}"{shape[1]}'


def _label(*lines: str) -> str:
    return "<br/>".join(_SPECIAL.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"{_INDENT}{line}" for line in lines)
