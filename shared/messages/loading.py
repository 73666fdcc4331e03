"""What a modal shows in its first second, before its question is read. The Slack door builds it: standard library only."""

from typing import Final

from shared.messages.blocks import Block, plain_text, section
from shared.messages.escaping import code

_TITLE: Final = "One moment"
_COMMAND: Final = "/migrate"


def loading(callback: str, metadata: str, typed: str) -> Block:
    """The view. `typed` is the command that answers the same question, for where nothing follows."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain_text(_TITLE, 24),
        "close": plain_text("Cancel", 24),
        "blocks": [
            section(
                "⏳ Reading what is asked…\n"
                f"If nothing follows, close this and write in the channel: {code(f'{_COMMAND} {typed}', 300)}."
            )
        ],
    }


def taken(resource: str) -> Block:
    """What a modal says at last whose sender cannot be answered any more, because it was open for too long."""
    return {
        "type": "modal",
        "title": plain_text("Taken", 24),
        "close": plain_text("Close", 24),
        "blocks": [
            section(
                "Your answer was taken. This was open for half an hour, so no reply can reach you here: the card shows "
                f"what came of it, and {code(f'{_COMMAND} history {resource}')} tells all."
            )
        ],
    }
