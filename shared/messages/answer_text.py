"""An answer as one text in Slack's markup: for notifications, and for places that take no blocks and no colours."""

import re
from typing import Final

from shared.messages.escaping import as_plain, code, words
from shared.messages.needed import COMMAND
from state_schema.answers import Answer

_LONGEST: Final = 3900
"""Characters; Slack advises 4,000 at most for the text of a message."""
_HALF: Final = re.compile(r"(&[a-z]{0,3}|<[^>]*)$")
"""An entity or a link without its end."""


def text_of(answer: Answer) -> str:
    """What happened or why not, what to do next, and warnings. Suggestions are not in it: they are buttons."""
    gap = "\n" if "\n" in answer.message else " "
    warned = [f"⚠️ {warning}" for warning in answer.warnings]
    return within_limit("\n".join([gap.join([answer.message, *answer.next_steps]).strip(), *warned]), _LONGEST)


def ways_of(answer: Answer, command: str = COMMAND) -> list[str]:
    """The suggestions as what one types, a line each, for places without buttons. They may repeat what somebody typed."""
    return [f"{words(one.label, 200)}: {code(f'{command} {one.command}', 520)}" for one in answer.suggestions]


def plainly(answer: Answer) -> Answer:
    """The same answer with plain texts, for machines and terminals."""
    return answer.model_copy(
        update={
            "message": as_plain(answer.message),
            "warnings": tuple(map(as_plain, answer.warnings)),
            "next_steps": tuple(map(as_plain, answer.next_steps)),
        }
    )


def within_limit(text: str, limit: int) -> str:
    """Text in Slack's markup, cut where it is too long: neither in an entity nor in a link or mention."""
    return text if len(text) <= limit else f"{_HALF.sub('', text[: limit - 1])}…"
