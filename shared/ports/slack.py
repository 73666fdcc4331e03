"""What the card worker needs of Slack."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Block = Mapping[str, Any]


class CardChannel(Protocol):
    """Posts and updates one message per card. RetryableError(delay) where Slack limits us; PermanentError where it refuses."""

    def find(self, channel: str, card: str) -> str | None:
        """The `ts` of the message that carries this card's key in its metadata, among the channel's recent ones."""
        ...

    def post(self, channel: str, card: str, text: str, blocks: Sequence[Block]) -> str:
        """Posts it with the key in its metadata; answers the `ts`."""
        ...

    def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Replaces the message in place."""
        ...


class Replies(Protocol):
    """Answers one person's act."""

    def reply(self, response_url: str, text: str) -> None:
        """An ephemeral answer; Slack takes five within thirty minutes. PermanentError where it is too late."""
        ...
