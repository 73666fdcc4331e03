"""Answers as comments on GitHub: what is written in Slack's markup, turned into Markdown that calls and links nobody."""

import re
from typing import Final

from shared.messages.answer_text import ways_of
from shared.messages.escaping import is_address
from state_schema.answers import Answer
from state_schema.signals import CommentRef

PARKED: Final = "parked"
"""The reason code of an answer that says that the command is kept, and nothing else."""
LONGEST: Final = 8000
"""Characters of an answer, before the marker; GitHub takes 65,536."""
_CODE: Final = re.compile(r"(`[^`\n]+`)")
_LINK: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BOLD: Final = re.compile(r"(?<![\w*])\\\*(?=\S)([^*\n]+?)(?<=\S)\\\*(?![\w*])")
_ACTIVE: Final = re.compile(r"([\\\[\]~|*]|(?<!\w)_|_(?!\w))")
_CALLS: Final = re.compile(r"(@|#(?=\d)|\bGH-(?=\d))")
_UNSEEN: Final = "\u200b"
"""Between the sign and the name: GitHub then sees no mention and no reference."""


def marker_of(answer: Answer, to: CommentRef) -> str:
    """What tells the answer to this comment from every other one; readers don't see it.

    That a command was parked is said first, and what became of it later: two answers.
    """
    return f"<!-- waymark:{'parked' if answer.reason_code == PARKED else 'reply'}:{to.comment_id} -->"


def body_of(answer: Answer, to: CommentRef) -> str:
    """The answer as Markdown, with what would work as commands, and the marker."""
    warned = [f"⚠️ {warning}" for warning in answer.warnings]
    linked = [f"<{one}>" for one in answer.related_resources if is_address(one)]
    parts = [answer.message, *answer.next_steps, "\n".join(ways_of(answer)), *warned, "\n".join(linked)]
    text = "\n\n".join(markdown(part) for part in parts if part)
    return f"{_within(text)}\n\n{marker_of(answer, to)}"


def markdown(text: str) -> str:
    """Slack's markup as Markdown. Entities stay: Markdown shows them as their characters, but not in a code span."""
    pieces = _CODE.split(text)
    return "".join(_plainly(piece) if number % 2 else _formatted(piece) for number, piece in enumerate(pieces))


def _plainly(span: str) -> str:
    return span.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _formatted(text: str) -> str:
    """Outside code spans. Links are ours, since a `<` from outside is an entity."""
    shown, at = [], 0
    for match in _LINK.finditer(text):
        shown += [_inert(text[at : match.start()]), _linked(match[1], match[2] or "")]
        at = match.end()
    return "".join([*shown, _inert(text[at:])])


def _inert(text: str) -> str:
    escaped = _BOLD.sub(r"**\1**", _ACTIVE.sub(r"\\\1", text))
    return _CALLS.sub(rf"\1{_UNSEEN}", escaped)


def _linked(target: str, label: str) -> str:
    if target.startswith("!date^"):
        return _inert(label)
    if target.startswith(("@", "#", "!")):
        return f"`{label or target[1:]}`"
    return f"[{_inert(label)}]({target})" if label else f"<{target}>"


def _within(text: str) -> str:
    """As many whole lines as fit."""
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rpartition("\n")[0] or text[: LONGEST - 1]
    return f"{kept}…"
