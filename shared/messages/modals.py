"""What stands in a modal: the question that takes more than a click to answer, or why it is not asked any more."""

from typing import Final

from shared.domain.view import Refusal, View
from shared.messages.blocks import Block, context, plain_text, section
from shared.messages.buttons import ASKED_TWICE, ENDS
from shared.messages.escaping import code, mrkdwn, one_line, sentence
from shared.messages.modal_inputs import field_inputs, fitting, many_input, one_input, reason_input
from shared.messages.needed import command, given
from shared.messages.people import moment, with_mentions
from shared.messages.standing import Standing
from shared.messages.verbs import label_of
from state_schema.orders import ModalMessage

DECIDE: Final = "decide"
_TITLE: Final = 24
_ASK: Final = 1000
_CONSEQUENCE: Final = ASKED_TWICE | {"abort": ENDS}


def modal(view: View, message: ModalMessage) -> Block:
    """The question of the button that was clicked; `view.offered` is what a decision is about."""
    at = Standing(view, message.checkpoint.track)
    if message.verb != DECIDE:
        blocks = [_about(at), _consequence(message.verb), reason_input()]
    elif at.form is not None:
        blocks = [_about(at), *field_inputs(at.form), _typed(at)]
    else:
        blocks = [_about(at), *_choice(at, view.offered or ())]
    shown = _framed(message, [block for block in blocks if block])
    asks = any(block["type"] == "input" for block in shown["blocks"])
    return shown | ({"submit": plain_text(label_of(message.verb), _TITLE)} if asks else {})


def not_asked(message: ModalMessage, refusal: Refusal) -> Block:
    """Why there is nothing to fill in: who was faster and when, that it is out of date, or not theirs."""
    text = with_mentions(mrkdwn(refusal.message, 1500)) or "This is not asked any more."
    return _framed(message, [section(f"{text} {mrkdwn(refusal.next_step, _ASK)}".strip())])


def _framed(message: ModalMessage, blocks: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": f"open:{message.verb}",
        "private_metadata": message.metadata,
        "title": plain_text(label_of(message.verb), _TITLE),
        "close": plain_text("Cancel" if any(block["type"] == "input" for block in blocks) else "Close", _TITLE),
        "blocks": blocks,
    }


def _about(at: Standing) -> Block:
    """What it is about, and what is asked: for a failure, what failed."""
    where = f"*{mrkdwn(at.resource_name, 200)}* · {at.name} · {code(at.path or at.status)}"
    question = at.question
    if question is None:
        return section(where)
    since = f"asked {moment(question.opened_at)}"
    return section(f"{where} · {since}\n{sentence(mrkdwn(question.ask, _ASK))}")


def _consequence(verb: str) -> Block:
    return section(f"⚠️ {_CONSEQUENCE[verb]}") if verb in _CONSEQUENCE else {}


def _choice(at: Standing, offered: tuple[str, ...]) -> list[Block]:
    """Items to choose from; those that do not fit are named by the command."""
    fit = fitting(offered)
    left = len(offered) - len(fit)
    blocks = [one_input(fit) if at.wants_one else many_input(fit)] if fit else []
    if left or not fit:
        typed = code(command(at, DECIDE, "<choice>" if at.wants_one else "<item> …"))
        more = f"{left:,} of {len(offered):,} do not fit in here" if left else "There is nothing to choose from here"
        return [*blocks, context(f"{more}. In the channel any can be named: {typed}.")]
    return blocks


def _typed(at: Standing) -> Block:
    return context(f"Or in the channel: {code(one_line(command(at, DECIDE, given(at)), 1500), 1500)}.")
