"""What the card worker needs of Slack."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared.errors import PermanentError, RetryableError

Block = Mapping[str, Any]


class SlackDownError(RetryableError):
    """Slack cannot be reached, is in trouble, or limits us; `delay` where it says for how long."""


class SlackRefusesError(PermanentError):
    """Slack refuses until a person mends something, which the message names; `code` is Slack's own word."""


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

    def find_in_thread(self, channel: str, ts: str, key: str) -> str | None:
        """The `ts` of the message in the thread under `ts` that carries this key; NotFoundError where the card is gone."""
        ...

    def post_in_thread(self, channel: str, ts: str, key: str, text: str) -> str:
        """Posts a text under the message `ts`, with the key in its metadata; answers its own `ts`. NotFoundError as above."""
        ...


class Permalinks(Protocol):
    """Knows the addresses of messages; errors as in CardChannel."""

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, to link to."""
        ...


class Wall(CardChannel, Permalinks, Protocol):
    """Both, as one adapter has them."""


class Replies(Protocol):
    """Answers one person's act."""

    def reply(self, response_url: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """An ephemeral answer; Slack takes five within thirty minutes. PermanentError where it is too late."""
        ...
