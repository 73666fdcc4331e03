"""Projects a comment on a pull request that starts with `/migrate` to the `Command` that `state_schema.signals` describes.

A plain JSON object here: the worker validates it, the door does without pydantic. Never read strictly, as in `github.py`.
"""

import re
from datetime import UTC, datetime
from typing import Final

from shared.webhooks.delivery import field, text
from shared.webhooks.github import positive

Message = dict[str, object]

EVENT: Final = "issue_comment"
CREATED: Final = "created"
"""What is edited or deleted later is no command: nobody means twice what they wrote once."""
MAX_TEXT: Final = 3000
"""Characters of a command. What is longer comes cut, and with how much is missing, so that the worker can say so."""
_COMMAND: Final = re.compile(r"/migrate(?=\s|\Z)")
_LINE_END: Final = re.compile(r"[\r\n]")


def command_of(payload: object, *, at: str, own_app: int | None = None) -> Message | None:
    """The command in a new comment of a person on a pull request; None for everything else. Never raises.

    Only the first line counts, from its very first character: what is quoted, indented or below is talk. `at` is ISO 8601
    with a zone; `own_app` is the user id of our App's bot account.
    """
    if text(field(payload, "action")) != CREATED or not isinstance(field(payload, "issue", "pull_request"), dict):
        return None
    sender = _person(payload, own_app)
    repository = positive(field(payload, "repository", "id"))
    number = positive(field(payload, "issue", "number"))
    comment = positive(field(payload, "comment", "id"))
    line = _LINE_END.split(text(field(payload, "comment", "body")), maxsplit=1)[0]
    if None in {sender, repository, number, comment} or not _COMMAND.match(line):
        return None
    words = _readable(line).removeprefix("/migrate").strip()
    return {
        "kind": "command",
        "id": f"github:comment:{comment}",
        "at": at,
        "actor": f"github:{sender}",
        "text": words[:MAX_TEXT],
        "cut_off": max(0, len(words) - MAX_TEXT),
        "about": f"pull_request:{repository}/{number}",
        "written_at": _moment(text(field(payload, "comment", "created_at"))),
        "reply_to": {"comment": {"repository_id": repository, "number": number, "comment_id": comment}},
    }


def group_of(command: Message) -> str:
    """The FIFO group: the commands at one pull request keep their order."""
    return f"command:{command['about']}"


def _person(payload: object, own_app: int | None) -> int | None:
    """The id of whoever wrote it, unless that is a machine."""
    sender = positive(field(payload, "sender", "id"))
    return None if sender == own_app or text(field(payload, "sender", "type")) == "Bot" else sender


def _moment(written: str) -> str | None:
    """ISO 8601 in UTC; None for anything that is no moment."""
    try:
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _readable(line: str) -> str:
    """Blanks of every kind as one kind: phones write others. Half a surrogate pair is JSON, but no text for a worker."""
    spaced = "".join(" " if character.isspace() else character for character in line)
    return spaced.encode("utf-8", "replace").decode()
