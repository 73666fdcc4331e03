"""Reads what a person filled into one of our modals: a reason, choices, or the fields of a form, block by block.

Only what can be said without the state is checked here: whether a choice is offered, and whether an answer fits its field,
is for the core to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.errors import RejectedDeliveryError
from shared.webhooks.delivery import field, text

REASON: Final = "reason"
CHOICES: Final = "choices"
FIELD: Final = "field:"
"""The block ids: `reason`, `choices`, and `field:<name>` for each field of a form."""
DECIDE: Final = "decide"
"""The one verb whose modal asks what is chosen; all others ask why."""
MAX_REASON: Final = 3000
"""Characters."""
MAX_ANSWER: Final = 3000
"""Characters of one field; a form of ours asks for less."""
MAX_CHOICES: Final = 5000
MAX_CHOICES_BYTES: Final = 180_000
MAX_FORM_BYTES: Final = 16_384
"""The same limits as in `state_schema.signals`; a test compares them."""
_MAX_FIELDS: Final = 50
_LONGEST_ID: Final = 200

Problem = Literal["no_reason", "long_reason", "nothing_chosen", "too_many", "long_answer", "long_form"]


@dataclass(frozen=True, slots=True)
class WrongInput:
    """What is wrong with what stands in one block, in a word."""

    block: str
    problem: Problem


def given(verb: str, values: object) -> dict[str, object] | WrongInput:
    """The fields `note`, `choices` or `answers` of the act; `values` is `state.values` of the view.

    RejectedDeliveryError(400) where Slack cannot have sent that.
    """
    blocks = dict(_blocks(values))
    if verb != DECIDE:
        return _reason(blocks.get(REASON))
    if CHOICES in blocks:
        return _choices(blocks[CHOICES])
    return _answers({name.removeprefix(FIELD): one for name, one in blocks.items() if name.startswith(FIELD)})


def _reason(element: object) -> dict[str, object] | WrongInput:
    reason = _readable(text(field(element, "value"))).strip()
    if not reason:
        return WrongInput(REASON, "no_reason")
    return {"note": reason} if len(reason) <= MAX_REASON else WrongInput(REASON, "long_reason")


def _choices(element: object) -> dict[str, object] | WrongInput:
    several = field(element, "selected_options")
    options = several if isinstance(several, list) else [field(element, "selected_option")]
    chosen = [_readable(text(field(option, "value"))) for option in options if option is not None]
    if not all(0 < len(one) <= _LONGEST_ID for one in chosen):
        raise RejectedDeliveryError(400, "an option of the modal cannot be read; open it again")
    if not chosen:
        return WrongInput(CHOICES, "nothing_chosen")
    if len(chosen) > MAX_CHOICES or sum(len(one.encode()) + 4 for one in chosen) > MAX_CHOICES_BYTES:
        return WrongInput(CHOICES, "too_many")
    return {"choices": chosen}


def _answers(fields: Mapping[str, object]) -> dict[str, object] | WrongInput:
    """A field that was left empty is left out, so that its default counts."""
    answers = {name: answer for name, element in fields.items() if (answer := _answer(element))}
    if len(fields) > _MAX_FIELDS or any(len(name) > _LONGEST_ID for name in fields):
        raise RejectedDeliveryError(400, "the fields of the modal cannot be read; open it again")
    for name, answer in answers.items():
        if len(answer) > MAX_ANSWER:
            return WrongInput(FIELD + name, "long_answer")
    if len(str(answers).encode()) > MAX_FORM_BYTES:
        return WrongInput(FIELD + max(answers, key=lambda name: len(answers[name])), "long_form")
    return {"answers": answers}


def _answer(element: object) -> str:
    option = field(element, "selected_option")
    return _readable(text(field(element, "value") if option is None else field(option, "value")))


def _blocks(values: object) -> Iterator[tuple[str, object]]:
    """Each block's id with its one element."""
    for name, elements in values.items() if isinstance(values, dict) else ():
        yield _readable(name), next(iter(elements.values()), None) if isinstance(elements, dict) else None


def _readable(written: str) -> str:
    """Half a surrogate pair is JSON, but no text that the worker could read."""
    return written.encode(errors="replace").decode()
