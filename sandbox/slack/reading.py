"""Shows a message as a person reads it, as plain text for a terminal."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack.workspace import Message

_LINK: Final = re.compile(r"<(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_BOLD: Final = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")

Block = Mapping[str, Any]


class Reader:
    """Reads each message once, for as long as it stays as it is."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], tuple[Message, str]] = {}

    def __call__(self, message: Message) -> str:
        """As `read`."""
        place = (message.channel, message.ts)
        known = self._read.get(place)
        if known is None or known[0] is not message:
            known = self._read[place] = (message, read(message))
        return known[1]


def read(message: Message) -> str:
    """The message's lines; its blocks where it has any, else its text."""
    if not message.blocks:
        return plain(message.text)
    return "\n".join(line for block in message.blocks for line in _lines(block))


def plain(mrkdwn: str) -> str:
    """Slack's markup as it looks: bold without asterisks, links as `label (address)`, entities as their characters."""
    shown = _LINK.sub(_link, _BOLD.sub(r"\1", mrkdwn))
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _lines(block: Block) -> list[str]:
    match block.get("type"):
        case "divider":
            return ["-" * 40]
        case "actions":
            return ["  ".join(_label(element) for element in block["elements"])]
        case "context":
            return ["  ".join(_label(element) for element in block["elements"])]
        case "image":
            return [f"(image: {block['alt_text']})"]
        case _:
            shown = [_label(each) for each in (block.get("text"), *block.get("fields", ())) if each]
            return shown + ([_label(block["accessory"])] if block.get("accessory") else [])


def _label(element: Block | str) -> str:
    if isinstance(element, str):
        return plain(element)
    match element["type"]:
        case "mrkdwn":
            return plain(element["text"])
        case "plain_text":
            return str(element["text"])
        case "button":
            return f"[{element['text']['text']}]"
        case "image":
            return f"(image: {element['alt_text']})"
        case _:
            return "[" + " | ".join(str(option["text"]["text"]) for option in element.get("options", ())) + "]"


def _link(match: re.Match[str]) -> str:
    target, label = match["target"], match["label"]
    if target.startswith("!date^"):
        return label or target
    if target[0] in "@#!":
        mark = "#" if target[0] == "#" else "@"
        return mark + (label or target[1:])
    return f"{label} ({target})" if label and label != target else target
