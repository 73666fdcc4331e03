"""Reads the answers to a decision's form as they are typed: `workers=8 reason="new cluster"`."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from shared.messages.escaping import code
from state_schema.plan import DecisionStep, Plan

_PAIR: Final = re.compile(r"([^=\s]{1,60})=(.*)", re.DOTALL)


def has_form(plan: Plan) -> bool:
    """Whether any decision of the plan is a form: only then `field=value` means an answer and no item."""
    steps = (step for phase in plan.phases for step in phase.steps)
    return any(isinstance(step, DecisionStep) and step.decision.form is not None for step in steps)


def answers_in(words: Sequence[str]) -> dict[str, JsonValue] | str | None:
    """By field, as text; None where the words name no field at all; a sentence where they cannot be read.

    No words are no answers: a form may have a default for every field.
    """
    pairs = [_PAIR.fullmatch(word) for word in words]
    if words and not any(pairs):
        return None
    answers: dict[str, JsonValue] = {}
    for word, pair in zip(words, pairs, strict=True):
        if pair is None:
            return (
                f"{code(word, 60)} is neither an environment nor `field=value`. Write a text with blanks in quotes: "
                '`field="two words"`. Nothing was done.'
            )
        if pair[1] in answers:
            return f"{code(pair[1], 60)} is given twice. Nothing was done."
        answers[pair[1]] = pair[2]
    return answers
