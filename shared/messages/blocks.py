"""The blocks that our messages are made of, within Slack's limits (Slack's reference, "Block Kit").

Text for `section`, `context` and `dialog` comes in escaped, and bounded by its parts.
"""

from typing import Any, Final

from shared.messages.escaping import one_line

Block = dict[str, Any]

SECTION: Final = 3000
HEADER: Final = 150
LABEL: Final = 75


def header(text: str) -> Block:
    """A line in large letters, plain."""
    return {"type": "header", "text": plain_text(text, HEADER)}


def section(text: str) -> Block:
    """A paragraph of markup."""
    return {"type": "section", "text": _marked(text)}


def context(text: str) -> Block:
    """A paragraph of markup, in small letters."""
    return {"type": "context", "elements": [_marked(text)]}


def actions(elements: list[Block]) -> Block:
    """A row of buttons; Slack takes 25 at most."""
    return {"type": "actions", "elements": elements[:25]}


def dialog(title: str, text: str, yes: str) -> Block:
    """Asks once more before a button's act is sent."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Cancel", 30),
    }


def plain_text(text: str, limit: int) -> Block:
    """Text without markup; nothing in it is a mention."""
    return {"type": "plain_text", "text": one_line(text, limit) or "?", "emoji": True}


def _marked(text: str) -> Block:
    """`verbatim`: Slack does not look for names and channels to link by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
