"""What people did next in a situation like this one, counted in the gate, so that a card can say what usually follows.

A situation is a place in the plan, the step's status and what went wrong; people, resources and environments have no
part in it. A count permits nothing and offers nothing: it is told about an answer that is open to people anyway.
"""

from typing import Final, NamedTuple

from state_schema.gate import Gate
from state_schema.migration import Checkpoint, StepState

MOST_SITUATIONS: Final = 200
"""The gate is read and written at every start, so what is used least is forgotten."""
ENOUGH: Final = 3
"""Answers from which on anything is said."""


class Usual(NamedTuple):
    """`verb` was the answer `times` times out of `of`."""

    verb: str
    times: int
    of: int

    def __str__(self) -> str:
        return f"usually: {self.verb} ({self.times} of {self.of})"


def situation(path: str, step: StepState) -> str:
    """`<phase>.<step>|<status>|<category>/<code>`, the same for every version of a plan that has this step."""
    if step.failure is not None:
        why = f"{step.failure.category}/{step.failure.code}"
    else:
        why = "rolled_back" if step.rollback == "done" else "none"
    return f"{path}|{step.status}|{why}"


def learnt(gate: Gate, path: str, step: StepState, verb: str) -> Gate:
    """The gate after one more answer. A new situation takes the place of the one with the fewest answers, the first by name."""
    key = situation(path, step)
    known = dict(gate.learnt)
    if key not in known and len(known) >= MOST_SITUATIONS:
        del known[min(known, key=lambda one: (sum(known[one].values()), one))]
    counts = known.get(key, {})
    known[key] = {**counts, verb: counts.get(verb, 0) + 1}
    return gate.model_copy(update={"learnt": known})


def usual(gate: Gate, path: str, step: StepState, question: Checkpoint | None) -> Usual | None:
    """What more than half of the answers were, from the third one on, where it would answer this question, too."""
    if question is None or question.reason != "failure":
        return None
    counts = gate.learnt.get(situation(path, step), {})
    of = sum(counts.values())
    verb, times = max(counts.items(), key=lambda one: (one[1], one[0]), default=("", 0))
    return Usual(verb, times, of) if of >= ENOUGH and 2 * times > of and verb in question.verbs else None
