"""What Slack's refusals mean to us: wait, look elsewhere, or have a person mend something, and how."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.errors import NotFoundError, WaymarkError
from shared.ports.slack import Block, SlackDownError, SlackRefusesError

TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
OK: Final = 200
DEFAULT_WAIT: Final = 1.0
"""Seconds, where Slack limits us without saying for how long."""

_PASSING: Final = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_WAIT: Final = "It is tried again by itself; where it stays so, look at https://status.slack.com."
_STORE_IT: Final = "Store the bot token of the installed app as the secret slack-bot-token."
_TEXTS: Final = "Shorten what the message shows; this is a bug of the message."
_MENDING: Final[Mapping[str, str]] = {
    "channel_not_found": "Correct `channel` in the campaign file (an id such as C0MIGRATE), or invite the app there.",
    "not_in_channel": "Invite the app to the channel: /invite @waymark.",
    "is_archived": "Unarchive the channel, or name another one in the campaign file.",
    "restricted_action": "Let the app post in the channel (channel settings, posting permissions).",
    "missing_scope": (
        "Grant the app the scopes chat:write, channels:history (groups:history) and, where the campaign names user groups, "
        "usergroups:read; then install it again."
    ),
    "no_such_subteam": "Correct the user group in the campaign file (its id, such as S0123ABC).",
    "not_authed": _STORE_IT,
    "invalid_auth": _STORE_IT,
    "token_revoked": _STORE_IT,
    "token_expired": _STORE_IT,
    "account_inactive": _STORE_IT,
    "not_allowed_token_type": _STORE_IT,
    "invalid_blocks": "This is a bug of the message; its blocks break a limit of Block Kit.",
    "invalid_blocks_format": "This is a bug of the message; its blocks are no list of objects.",
    "msg_too_long": _TEXTS,
    "msg_blocks_too_long": _TEXTS,
    "no_text": "This is a bug of the message: it is empty.",
    "cant_update_message": "Another app posted the card; delete it in Slack, and a new one is posted.",
    "edit_window_closed": "Delete the card in Slack, and a new one is posted.",
}
_REPLY_TOO_LATE: Final = frozenset({"expired_url", "used_url"})


def refusal(status: int, headers: Mapping[str, str], body: object, channel: str) -> WaymarkError:
    """The error for an answer of the Web API that says no. `headers` in any case; `body` as far as it was JSON."""
    answer: dict[str, Any] = body if isinstance(body, dict) else {}
    code = str(answer.get("error") or "")
    if status == TOO_MANY or code in {"ratelimited", "rate_limited"}:
        return SlackDownError(f"Slack limits our rate. {_WAIT}", retry_after(headers))
    # slack_sdk puts a sentence where the answer was not JSON: then a proxy or a login page spoke, not Slack.
    if status >= SERVER_ERROR or code in _PASSING or (status == OK and " " in code):
        return SlackDownError(f"Slack is in trouble: {code or status}. {_WAIT}")
    where = f" for {channel}" if channel else ""
    if code in {"message_not_found", "thread_not_found"}:
        return NotFoundError(f"Slack has no such message{where} any more: somebody deleted it. Post it again.")
    details = "; ".join(str(each) for each in _messages(answer))
    mending = _MENDING.get(code, "See the errors of the method in Slack's reference of the Web API.")
    said = f"{code or f'HTTP {status}'}{f' ({details})' if details else ''}"
    return SlackRefusesError(
        f"Slack refused the call{where}: {said}. {mending}", code if " " not in code else "not_slack"
    )


def reply_body(text: str, blocks: Sequence[Block] = ()) -> bytes:
    """An answer that only the person sees who acted, and that leaves the card as it is."""
    body: dict[str, object] = {"text": text, "response_type": "ephemeral", "replace_original": False}
    return json.dumps(body | ({"blocks": [dict(block) for block in blocks]} if blocks else {})).encode()


def reply_refusal(status: int, headers: Mapping[str, str], body: bytes) -> WaymarkError:
    """The error for an answer of a `response_url` that says no."""
    said = body.decode(errors="replace")[:200]
    if status == TOO_MANY:
        return SlackDownError("Slack limits our rate of replies.", retry_after(headers))
    if status >= SERVER_ERROR:
        return SlackDownError(f"Slack is in trouble: HTTP {status}.")
    if any(code in said for code in _REPLY_TOO_LATE):
        return SlackRefusesError(
            "It is too late to answer this click or command (five answers, thirty minutes). Look at the card.",
            "reply_too_late",
        )
    return SlackRefusesError(f"Slack refused the reply: HTTP {status} {said}. Look at the card.", "reply_refused")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait: those of the header `Retry-After` where it holds a number."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(given) if given.isdecimal() else DEFAULT_WAIT


def _messages(answer: Mapping[str, Any]) -> list[object]:
    found = (answer.get("response_metadata") or {}).get("messages") or answer.get("errors")
    return found if isinstance(found, list) else []
