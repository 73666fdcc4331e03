"""The buttons of a card. A button carries the id of the question that it answers, never an order.

Its `value` is JSON: migration `m`, track `t`, step `s`, attempt `a`, digest `d`, perhaps choices `c`. Slack takes
2,000 characters there.
"""

import json
from collections.abc import Sequence
from typing import Final

from shared.messages.blocks import LABEL, Block, dialog, plain_text
from shared.messages.escaping import one_line
from shared.messages.form_fields import options
from shared.messages.links import Link
from shared.messages.standing import Standing
from shared.messages.verbs import LOOK, label_of
from state_schema.migration import Checkpoint

_ASKED_TWICE: Final = {
    "deploy": "It starts as soon as its turn comes, and cannot be taken back from here.",
    "run-migration": "It starts as soon as its turn comes, and cannot be taken back from here.",
    "merge": "It cannot be taken back from here.",
    "delete": "It cannot be taken back from here.",
    "skip": "The step is left out for good, and the track goes on without it.",
    "rollback": "What the step did is taken back; then it waits for Retry or Skip.",
    "block": "The track stays here until somebody chooses Retry or Skip.",
}
_NAME: Final = 60
_CHOICES: Final = 10
"""Choices with a button of their own; of more, one is typed."""


def verbs_shown(question: Checkpoint) -> Sequence[str]:
    """One button a meaning: a gate's further verbs are other words for its first one."""
    return question.verbs[:1] if question.reason == "gate" else question.verbs


def answers(at: Standing, question: Checkpoint, offered: int, choices: Sequence[str] = ()) -> list[Block]:
    """A button for each way to answer; `offered` is how many items a decision is about, `choices` what they are.

    A form has none, but for the few options of an only field: it is answered by the command.
    """
    if at.form is not None:
        choices = options(at.form)
    if at.form is not None or at.wants_one:
        return [_choice(at, question, number, choice) for number, choice in enumerate(choices[:_CHOICES], start=1)]
    return [_answer(at, question, verb, offered) for verb in verbs_shown(question)]


def _choice(at: Standing, question: Checkpoint, number: int, choice: str) -> Block:
    return {
        "type": "button",
        "action_id": f"act:decide:{number}",
        "text": plain_text(one_line(choice, LABEL), LABEL),
        "value": _value(at, question, choice),
    }


def links(found: Sequence[Link]) -> list[Block]:
    """A button for each thing to look at."""
    return [
        {
            "type": "button",
            "action_id": f"link:{number}",
            "text": plain_text(f"Open {link.label}", LABEL),
            "url": link.url,
        }
        for number, link in enumerate(found, start=1)
    ]


def _answer(at: Standing, question: Checkpoint, verb: str, offered: int) -> Block:
    text = _text(at, verb, offered)
    button: Block = {
        "type": "button",
        "action_id": f"act:{verb}",
        "text": plain_text(text, LABEL),
        "value": _value(at, question),
    }
    if verb == question.verbs[0]:
        button["style"] = "primary"
    if verb in _ASKED_TWICE:
        where = f"{one_line(at.resource_name, _NAME)}, {at.name}, {at.path}. {_ASKED_TWICE[verb]}"
        button["confirm"] = dialog(f"{text}?", where, text)
    return button


def _text(at: Standing, verb: str, offered: int) -> str:
    if at.is_pull_request:
        return LOOK
    if verb == "decide":
        return f"All {offered}" if offered else "All"
    return label_of(verb, at.name)


def _value(at: Standing, question: Checkpoint, choice: str | None = None) -> str:
    answered: dict[str, object] = {
        "m": at.view.state.id,
        "t": at.name,
        "s": at.path,
        "a": at.step.attempt if at.step else 1,
        "d": question.digest,
    }
    if choice is not None:
        answered["c"] = [choice]
    return json.dumps(answered, separators=(",", ":"))
