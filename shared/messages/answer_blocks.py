"""An answer as a Slack message that only its reader sees: what happened, what would work (buttons first), warnings."""

from collections.abc import Mapping
from typing import Final

from shared.messages.answer_text import within_limit
from shared.messages.blocks import LABEL, SECTION, Block, actions, context, dialog, plain_text, section
from shared.messages.buttons import ASKED_TWICE, ENDS
from shared.messages.escaping import is_address, link, mrkdwn, one_line
from state_schema.answers import Answer, Suggestion

SAY: Final = "say:"
"""The action id of a suggestion is `say:<number>`; its value is the command."""
_LINKED: Final = 5
_LONGEST_LINK: Final = 500
_OTHERS: Final[Mapping[str, str]] = {"abort": ENDS}


def blocks_of(answer: Answer) -> tuple[Block, ...]:
    """Empty where a line of text says it all. Texts of an answer come escaped and bounded."""
    linked = [one for one in answer.related_resources if is_address(one)][:_LINKED]
    if not (answer.suggestions or answer.warnings or linked):
        return ()
    blocks = [section(answer.message or "…")]
    if answer.next_steps:
        blocks.append(section(within_limit("\n".join(answer.next_steps), SECTION)))
    if answer.suggestions:
        blocks.append(actions([_button(number, one) for number, one in enumerate(answer.suggestions, start=1)]))
    if answer.warnings:
        blocks.append(context(within_limit("\n".join(f"⚠️ {warning}" for warning in answer.warnings), SECTION)))
    if linked:
        blocks.append(context(" · ".join(_linked(one) for one in linked)))
    return tuple(blocks)


def _button(number: int, suggestion: Suggestion) -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"{SAY}{number}",
        "text": plain_text(suggestion.label, LABEL),
        "value": suggestion.command,
    }
    verb = suggestion.command.split()[0]
    if warning := ASKED_TWICE.get(verb) or _OTHERS.get(verb):
        button["confirm"] = dialog(f"{suggestion.label}?", f"{one_line(suggestion.command, 150)}. {warning}", "Yes")
    return button


def _linked(address: str) -> str:
    """By its last parts: `acme/dags/pull/12`."""
    return link(address, mrkdwn("/".join(address.split("/")[-4:]), 80)) if len(address) <= _LONGEST_LINK else ""
