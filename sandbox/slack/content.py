"""Reads what a caller wants a message to hold, and refuses what Slack refuses, with Slack's error words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.slack.block_kit import problems, too_long

POST_TEXT: Final = 40_000
"""Characters; Slack cuts longer texts, which nobody should rely on, so the mock refuses them."""
UPDATE_TEXT: Final = 4_000

Arguments = Mapping[str, Any]


class SlackRefusalError(Exception):
    """A call that Slack answers with `ok: false`. `status` differs from 200 only where HTTP itself says no."""

    def __init__(self, error: str, *messages: str, status: int = 200, retry_after: int | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Content:
    """Text, blocks and metadata of a message; None where the caller gave none."""

    text: str | None
    blocks: tuple[Mapping[str, Any], ...] | None
    metadata: Mapping[str, Any] | None

    @classmethod
    def read(cls, arguments: Arguments, longest: int) -> "Content":
        """SlackRefusalError: no_text, msg_too_long, or what is wrong with the blocks or the metadata."""
        text = arguments.get("text")
        if text is not None and not isinstance(text, str):
            raise SlackRefusalError("invalid_arguments", "[ERROR] must be a string [json-pointer:/text]")
        blocks = read_blocks(arguments.get("blocks"))
        if not text and not blocks:
            raise SlackRefusalError("no_text")
        if text and len(text) > longest:
            raise SlackRefusalError("msg_too_long")
        return cls(text, blocks, _metadata(arguments.get("metadata")))


def read_blocks(given: object) -> tuple[Mapping[str, Any], ...] | None:
    """Blocks from JSON or from the text of a form."""
    blocks = _parsed(given, "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise SlackRefusalError("invalid_blocks_format")
    if found := problems(blocks):
        raise SlackRefusalError("invalid_blocks", *(f"[ERROR] {problem}" for problem in found))
    if too_long(blocks):
        raise SlackRefusalError("msg_blocks_too_long")
    return tuple(blocks)


def _metadata(given: object) -> dict[str, Any] | None:
    metadata: Any = _parsed(given, "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackRefusalError("invalid_metadata_format")
    if not metadata:
        return {}
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise SlackRefusalError("invalid_metadata_schema", "[ERROR] needs event_type (text) and event_payload (object)")
    return metadata


def _parsed(given: object, error: str) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError as exc:
        raise SlackRefusalError(error) from exc
