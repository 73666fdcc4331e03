"""Text from outside, made fit for a place of its own: one line, nothing hidden, no mention, no broken markup, short enough.

Slack's reference, "Formatting text": `&`, `<` and `>` are control characters and are written as entities; nothing else is.
"""

import re
from typing import Final

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, marks that turn or hide text, and halves of surrogate pairs, which no UTF-8 can hold."""
_ASTRAL: Final = "\uffff"
_READ_PER_SHOWN: Final = 8
_LINK: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ADDRESS: Final = re.compile(r"https?://[^\s<>|\"\\^`{}\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,1900}")


def one_line(text: str, limit: int) -> str:
    """Plain text on one line, at most `limit` long: for `plain_text` objects, labels and terminals."""
    return _fitted(_seen(text, limit), limit)


def mrkdwn(text: str, limit: int) -> str:
    """The same for Slack's markup: escaped, and at most `limit` long after that, with no entity cut in two."""
    seen = _seen(text, limit)
    if seen.isascii():
        escaped = seen.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if len(escaped) <= limit:
            return escaped
    return _fitted([_ENTITIES.get(character, character) for character in seen], limit)


def words(text: str, limit: int) -> str:
    """As `mrkdwn`, for text that must not open a code span in the sentence around it."""
    return mrkdwn(text.replace("`", "'"), limit)


def sentence(text: str) -> str:
    """With a full stop, where the text (escaped) ends without any."""
    return text if not text or text.endswith((".", "!", "?", "…", ":")) else f"{text}."


def code(text: str, limit: int = 200) -> str:
    """A code span: nothing in it formats, links or mentions anybody. `limit` counts what is between the backticks."""
    return f"`{words(text, limit) or '?'}`"


def cell(text: str, limit: int = 300) -> str:
    """One cell of a Markdown table: the pipe would end it, HTML would be taken for HTML."""
    return mrkdwn(text, limit).replace("\\", "\\\\").replace("|", "\\|")


def link(url: str, label: str) -> str:
    """A link in Slack's markup; `label` is escaped already. The label alone where `url` is no http(s) address."""
    return f"<{mrkdwn(url, 3000)}|{label.replace('|', '/')}>" if is_address(url) else label


def is_address(url: object) -> bool:
    """Whether it may be linked to."""
    return isinstance(url, str) and _ADDRESS.fullmatch(url) is not None


def as_plain(text: str) -> str:
    """Slack's markup as a terminal shows it: a link or a date by its label, entities as their characters."""
    shown = _LINK.sub(lambda match: match[2] or match[1].replace("!subteam^", "@"), text)
    for character, entity in reversed(_ENTITIES.items()):
        shown = shown.replace(entity, character)
    return shown


def _seen(text: str, limit: int) -> str:
    """One line, without what hides or turns text. Only the beginning is read: a text may be megabytes."""
    begin = text[: limit * _READ_PER_SHOWN + _READ_PER_SHOWN]
    # What is printable has no character that is unseen, and nearly every text is.
    return " ".join((begin if begin.isprintable() else _UNSEEN.sub("", begin)).split())


def _fitted(pieces: str | list[str], limit: int) -> str:
    """As many whole pieces as fit, and an ellipsis where some do not. Lengths are UTF-16 units, the strictest reading."""
    if isinstance(pieces, str) and len(pieces) * (1 if pieces.isascii() else 2) <= limit:
        return pieces
    widths = [len(piece) + (piece > _ASTRAL) for piece in pieces]
    if sum(widths) <= limit:
        return "".join(pieces)
    kept, room = 0, limit - 1
    while kept < len(widths) and widths[kept] <= room:
        room -= widths[kept]
        kept += 1
    return "".join(pieces[:kept]).rstrip() + "…"
