"""The channel as a page for a browser: messages drawn as Slack draws them, threads folded below, and nothing loaded."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from sandbox.slack.workspace import Message

Block = Mapping[str, Any]

_LINK: Final = re.compile(r"&lt;(?P<target>[^|&]+(?:&amp;[^|&]+)*)(?:\|(?P<label>.*?))?&gt;")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_BOLD: Final = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_ENTITIES: Final = {"&amp;amp;": "&amp;", "&amp;lt;": "&lt;", "&amp;gt;": "&gt;"}
_STYLE: Final = """
body{font:15px/1.45 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d;background:#f8f8f8}
article{background:#fff;border:1px solid #ddd;border-radius:8px;margin:1rem 0;padding:.75rem 1rem;
overflow-wrap:anywhere}
article.digest{border-left:4px solid #1264a3}article.ephemeral{background:#fffbea;border-style:dashed}
h2{font-size:1.05rem;margin:.2rem 0 .6rem}p{margin:.4rem 0;white-space:pre-wrap}
.context,time,footer{color:#616061;font-size:.83rem}.row{display:flex;flex-wrap:wrap;gap:.5rem;margin:.6rem 0}
.button{
border:1px solid #bbb;border-radius:4px;padding:.3rem .7rem;font-weight:600;background:#fff;color:inherit;text-decoration:none}
.primary{background:#007a5a;border-color:#007a5a;color:#fff}.danger{background:#e01e5a;border-color:#e01e5a;color:#fff}
.asks::after{content:" ?";opacity:.6}
code{background:#f2f2f2;border:1px solid #ddd;border-radius:3px;padding:0 .2rem;color:#c01343}
.mention{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 .15rem}
details{margin-top:.5rem}summary{cursor:pointer;color:#1264a3}
details p{border-left:3px solid #ddd;padding-left:.6rem}nav a{margin-right:.8rem}
"""


def page(channel: str, messages: Sequence[Message], channels: Sequence[str]) -> str:
    """A whole HTML document. `messages`: the channel's, oldest first; `channels`: the others to look at."""
    threads = {one.ts: [each for each in messages if each.thread == one.ts] for one in messages if not one.thread}
    shown = [_article(one, threads[one.ts]) for one in messages if not one.thread]
    links = "".join(f'<a href="?channel={escape(one)}">#{escape(one)}</a>' for one in channels)
    body = "\n".join(shown) or "<p>Nothing has been said here yet.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>#{escape(channel)}</title><style>{_STYLE}</style></head>\n"
        f"<body><nav>{links}</nav><h1>#{escape(channel)}</h1>\n{body}\n</body></html>\n"
    )


def _article(message: Message, thread: Sequence[Message]) -> str:
    key = str(((message.metadata or {}).get("event_payload") or {}).get("card", ""))
    kinds = ["message", *(["ephemeral"] if message.ephemeral else []), *(["digest"] if "#wave:" in key else [])]
    seen = f"<footer>Only visible to {escape(message.ephemeral)}</footer>" if message.ephemeral else ""
    edited = " (edited)" if message.edited else ""
    head = f'<time title="{escape(message.ts)}">{escape(message.author)} · {_when(message.ts)}{edited}</time>'
    return (
        f'<article class="{" ".join(kinds)}" id="{escape(message.ts)}" data-card="{escape(key)}">'
        f"{head}{_content(message)}{seen}{_thread(thread)}</article>"
    )


def _when(ts: str) -> str:
    """A message's `ts` is when it was posted, in seconds."""
    return f"{datetime.fromtimestamp(int(ts.partition('.')[0]), UTC):%Y-%m-%d %H:%M:%S} UTC"


def _content(message: Message) -> str:
    return "".join(map(_block, message.blocks)) if message.blocks else f"<p>{marked(message.text)}</p>"


def _thread(thread: Sequence[Message]) -> str:
    if not thread:
        return ""
    count = f"{len(thread)} {'reply' if len(thread) == 1 else 'replies'}"
    return f"<details><summary>{count}</summary>{''.join(map(_content, thread))}</details>"


def _block(block: Block) -> str:
    match block.get("type"):
        case "header":
            return f"<h2>{escape(block['text']['text'])}</h2>"
        case "divider":
            return "<hr>"
        case "image":
            return f"<p>(image: {escape(block['alt_text'])})</p>"
        case "context":
            return f'<p class="context">{" ".join(map(_element, block["elements"]))}</p>'
        case "actions":
            return f'<div class="row">{"".join(map(_element, block["elements"]))}</div>'
        case _:
            texts = [each for each in (block.get("text"), *block.get("fields", ())) if each]
            row = f'<div class="row">{_element(block["accessory"])}</div>' if block.get("accessory") else ""
            return "".join(f"<p>{_element(each)}</p>" for each in texts) + row


def _element(element: Block | str) -> str:
    if isinstance(element, str):
        return marked(element)
    match element["type"]:
        case "mrkdwn":
            return marked(element["text"])
        case "plain_text":
            return escape(element["text"])
        case "button":
            return _button(element)
        case "image":
            return f"(image: {escape(element['alt_text'])})"
        case _:
            options = "".join(f"<option>{escape(one['text']['text'])}</option>" for one in element.get("options", ()))
            return f'<select title="{escape(str(element.get("action_id", "")))}">{options}</select>'


def _button(button: Block) -> str:
    """A link where it has an address; what it would send is only shown: clicks are made by POST /_sandbox/click."""
    asks = " asks" if "confirm" in button else ""
    looks = f'class="button {escape(button.get("style", ""))}{asks}" title="{escape(str(button.get("action_id", "")))}"'
    text = escape(button["text"]["text"])
    url = str(button.get("url", ""))
    if url.startswith(("http://", "https://")):
        return f'<a {looks} href="{escape(url)}" rel="noreferrer">{text}</a>'
    return f"<span {looks}>{text}</span>"


def marked(text: str) -> str:
    """Slack's markup as HTML. Everything is escaped first, so that no text becomes an element."""
    shown = _LINK.sub(_link, escape(text))
    for twice, once in _ENTITIES.items():
        shown = shown.replace(twice, once)
    return _BOLD.sub(r"<strong>\1</strong>", _CODE.sub(r"<code>\1</code>", shown))


def _link(match: re.Match[str]) -> str:
    target, label = match["target"], match["label"]
    if target.startswith("!date^"):
        return f"<time>{label or target}</time>"
    if target[0] in "@#!":
        return f'<span class="mention">{"#" if target[0] == "#" else "@"}{label or target[1:]}</span>'
    if target.startswith(("http://", "https://")):
        return f'<a href="{target.replace("&amp;amp;", "&amp;")}" rel="noreferrer">{label or target}</a>'
    return label or target
