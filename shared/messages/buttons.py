"""The buttons of a card. A button carries the id of the question that it answers, never an order.

`act:<verb>` answers it with the click; `open:<verb>` opens a modal, where more than a click is wanted. Its `value` is JSON:
migration `m`, track `t`, step `s`, attempt `a`, digest `d`, perhaps choices `c`. Slack takes 2,000 characters there.
"""

import json
from collections.abc import Sequence
from typing import Final

from shared.domain.permissions import APPROVE
from shared.domain.reasons import REASON_WANTED
from shared.messages.approvals import can_approve_merge, head_of
from shared.messages.blocks import LABEL, Block, dialog, plain_text
from shared.messages.escaping import one_line
from shared.messages.form_fields import options
from shared.messages.links import Link
from shared.messages.standing import Standing
from shared.messages.verbs import LOOK, label_of
from state_schema.migration import Checkpoint

ASKED_TWICE: Final = {
    "deploy": "It starts as soon as its turn comes, and cannot be taken back from here.",
    "run-migration": "It starts as soon as its turn comes, and cannot be taken back from here.",
    "merge": "It cannot be taken back from here.",
    "delete": "It cannot be taken back from here.",
    "skip": "The step is left out for good, and the track goes on without it.",
    "rollback": "What the step did is taken back; then it waits for Retry or Skip.",
    "block": "The track stays here until somebody chooses Retry or Skip.",
}
ENDS: Final = "The migration ends here, in all environments, and nothing of it is started again."
"""What comes of `abort`."""
PRIMARY: Final = "primary"
_NAME: Final = 60
_CHOICES: Final = 10
"""Choices with a button of their own; of more, one is chosen in a modal."""


def verbs_shown(question: Checkpoint) -> Sequence[str]:
    """One button a meaning: a gate's further verbs are other words for its first one."""
    return question.verbs[:1] if question.reason == "gate" else question.verbs


def ways(at: Standing, question: Checkpoint) -> Sequence[str]:
    """Those of them that would do something: a merge can be approved once there is a head, and until it is."""
    return [verb for verb in verbs_shown(question) if not _approves_merge(at, verb) or can_approve_merge(at, question)]


def _approves_merge(at: Standing, verb: str) -> bool:
    return at.is_pull_request and at.question is not None and verb == APPROVE and verb in at.question.verbs[1:]


def answers(at: Standing, question: Checkpoint, offered: int, choices: Sequence[str] = ()) -> list[Block]:
    """A button for each way to answer; `offered` is how many items a decision is about, `choices` what they are.

    The few options of a form's only field have buttons, as the few choices for one have; a modal takes all else.
    """
    if at.form is not None:
        choices = options(at.form)
    if at.form is not None or at.wants_one:
        few = [_choice(at, question, number, choice) for number, choice in enumerate(choices[:_CHOICES], start=1)]
        return (
            few
            if few and len(choices) <= _CHOICES
            else [*few, _opens(at, question, "decide", style="" if few else PRIMARY)]
        )
    shown = [_answer(at, question, verb, offered) for verb in ways(at, question)]
    return [*shown, _opens(at, question, "decide")] if question.kind == "decision" and offered > 1 else shown


def further(at: Standing, question: Checkpoint) -> list[Block]:
    """What one may do with a question but answer it: take care of it, while nobody does; after a failure, give all up."""
    take: Block = {
        "type": "button",
        "action_id": "act:assign",
        "text": plain_text("Take it", LABEL),
        "value": _value(at, question),
    }
    free = [] if question.assigned_to else [take]
    return [*free, *([_opens(at, question, "abort", style="danger")] if question.reason == "failure" else [])]


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


def _opens(at: Standing, question: Checkpoint, verb: str, *, style: str = "") -> Block:
    words = {"decide": "Fill in…" if at.form is not None else "Choose…"}
    button: Block = {
        "type": "button",
        "action_id": f"open:{verb}",
        "text": plain_text(words.get(verb) or f"{label_of(verb, at.name)}…", LABEL),
        "value": _value(at, question),
    }
    return button | ({"style": style} if style else {})


def _answer(at: Standing, question: Checkpoint, verb: str, offered: int) -> Block:
    if question.reason == "failure" and verb in REASON_WANTED:
        # Their modal asks for the reason and says what comes of them, so they are not asked twice.
        return _opens(at, question, verb, style=PRIMARY if verb == question.verbs[0] else "")
    text = _text(at, verb, offered)
    button: Block = {
        "type": "button",
        "action_id": f"act:{verb}",
        "text": plain_text(text, LABEL),
        "value": _value(at, question),
    }
    if verb == question.verbs[0]:
        button["style"] = PRIMARY
    if verb in ASKED_TWICE:
        where = f"{one_line(at.resource_name, _NAME)}, {at.name}, {at.path}. {ASKED_TWICE[verb]}"
        button["confirm"] = dialog(f"{text}?", where, text)
    return button


def _text(at: Standing, verb: str, offered: int) -> str:
    if at.is_pull_request:
        return f"Approve {head_of(at)}" if _approves_merge(at, verb) else LOOK
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
