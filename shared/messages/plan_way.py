"""The way of one resource as a plan alone tells it, read once, so that the drawing and the words say the same.

What gates an action is the default of the rules here: a campaign may say otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, assert_never

from shared.domain.permissions import VERB_OF_ACTION, default_layer
from shared.messages.escaping import one_line
from state_schema.ids import SHARED_TRACK
from state_schema.plan import (
    ApprovalStep,
    ConfirmationStep,
    DecisionStep,
    Environment,
    Layer,
    Plan,
    SkillStep,
    Stop,
    WaitStep,
)
from state_schema.skills import SKILLS, Action

QuestionKind = Literal["approval", "command", "gate", "merge", "confirmation", "decision"]
"""An environment's approval, an explicit command, a gate's confirmation; or what a step itself asks."""
_NO_PLACEHOLDER: Final = re.compile(r"[^\w -]|_")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked at a step, and the verb that answers. `ask` is text from the plan, not escaped.

    `given` stands for what the command says besides the resource and the environment.
    """

    kind: QuestionKind
    verb: str
    ask: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One step: what must be answered before it begins, then what it asks itself."""

    stop: Stop
    first: tuple[Question, ...]
    own: Question | None

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that a person is asked at this step, in order."""
        return (*self.first, self.own) if self.own else self.first


@dataclass(frozen=True, slots=True)
class Way:
    """One track. `after` names the tracks that must be completed before it starts."""

    name: str
    after: tuple[str, ...]
    passages: tuple[Passage, ...]

    @property
    def phases(self) -> tuple[tuple[str, tuple[Passage, ...]], ...]:
        """The passages by phase, in order."""
        groups = groupby(self.passages, key=lambda passage: passage.stop.phase)
        return tuple((phase, tuple(passages)) for phase, passages in groups)

    @property
    def asked(self) -> tuple[tuple[Passage, Question], ...]:
        """Every question with its step, in order."""
        return tuple((passage, question) for passage in self.passages for question in passage.questions)


def ways_of(plan: Plan) -> tuple[Way, ...]:
    """The tracks of a valid plan: the shared one, if it has steps, then the environments, none before its blockers."""
    shared = (SHARED_TRACK,) if plan.stops(SHARED_TRACK) else ()
    first = tuple(Way(name, (), _passages(plan, name)) for name in shared)
    rest = (Way(name, plan.environments[name].blocked_by or shared, _passages(plan, name)) for name in _in_order(plan))
    return (*first, *rest)


def unit_of(plan: Plan) -> str:
    """What a resource is called, for people and for `<unit>` in commands: letters, digits, blanks and hyphens only."""
    return one_line(_NO_PLACEHOLDER.sub(" ", plan.unit[:200]), 40) or "resource"


def action_of(step: SkillStep) -> Action:
    """What the step's skill does to the world outside."""
    return SKILLS[step.skill].action


def _in_order(plan: Plan) -> Iterator[str]:
    """Blockers first, else as the plan lists them; a circle, which no valid plan has, ends the list as it stands."""
    left = dict(plan.environments)
    while left:
        free = [name for name, environment in left.items() if left.keys().isdisjoint(environment.blocked_by)]
        for name in free or list(left):
            del left[name]
            yield name


def _passages(plan: Plan, track: str) -> tuple[Passage, ...]:
    environment = plan.environments.get(track)
    approval = environment is not None and environment.approval_required
    passages = []
    for stop in plan.stops(track):
        first = tuple(_asked_first(environment, stop, approval=approval))
        approval = approval and not first
        passages.append(Passage(stop, first, _own(plan, track, stop)))
    return tuple(passages)


def _asked_first(environment: Environment | None, stop: Stop, *, approval: bool) -> Iterator[Question]:
    if not isinstance(stop.step, SkillStep) or (action := action_of(stop.step)) == "read":
        return
    if approval:
        yield Question("approval", "approve")
    layer: Layer = default_layer(environment, action, stop.step.gate)
    if layer == "explicit_command":
        yield Question("command", VERB_OF_ACTION[action])
    elif layer == "confirmation":
        yield Question("gate", "confirm")


def _own(plan: Plan, track: str, stop: Stop) -> Question | None:
    match stop.step:
        case ApprovalStep(approval=asked):
            return Question("merge", asked.resume, _filled(plan, track, asked.ask))
        case ConfirmationStep(confirmation=asked):
            return Question("confirmation", asked.resume, _filled(plan, track, asked.ask))
        case DecisionStep(decision=asked):
            given = "<field>=<value> …" if asked.form else "<choice> …" if asked.takes_many else "<choice>"
            return Question("decision", "decide", _filled(plan, track, asked.ask), given)
        case SkillStep() | WaitStep():
            return None
        case _:
            assert_never(stop.step)


def _filled(plan: Plan, track: str, ask: str) -> str:
    """With the plan's own values in place of their placeholders; those of a resource stay, as there is none yet."""
    known: dict[str, object] = {"plan.name": plan.name, "plan.version": plan.version}
    if environment := plan.environments.get(track):
        known |= {f"environment.{key}": value for key, value in environment.__pydantic_extra__.items()}
        known["environment.name"] = track
    return re.sub(r"\{([^{}]*)\}", lambda found: str(known.get(found[1], found[0])), ask)
