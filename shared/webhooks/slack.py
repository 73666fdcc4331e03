"""Projects Slack's clicks and slash commands to the messages that `state_schema.signals` describes.

They are plain JSON objects here: the worker validates them, the door does without pydantic.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from shared.errors import RejectedDeliveryError
from shared.webhooks.delivery import field, read_json, text
from shared.webhooks.slack_buttons import LONGEST_VALUE, MIGRATION, VERB, checkpoint_of, choices_of, shaped

Message = dict[str, object]

COMMAND: Final = "/migrate"
MAX_TEXT: Final = 3000
"""Characters of a command; the worker refuses more."""
ACT: Final = "act:"
"""The action id of our buttons is `act:<verb>`, or `act:<verb>:<number>` where several say the same verb."""
LINK: Final = "link:"
SAY: Final = "say:"
"""Of a suggestion it is `say:<number>`; its value is the command, as it would be typed."""

_SLACK_ID: Final = re.compile(r"[A-Z0-9_]{1,40}")
_RESPONSE_URL: Final = re.compile(r"https?://[\x21-\x7e]{1,500}")
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


def act_of(payload: object, *, team: str, at: str) -> Message | None:
    """The `Act` of a click on one of our buttons; None for link buttons, other apps' ids and other interactions.

    `at` is ISO 8601 with a zone. RejectedDeliveryError: 401 where workspace or person are of another team
    (Slack Connect), 400 where our own button cannot be read; Slack marks such a click, so the person sees it failed.
    """
    require_team({text(field(payload, "team", "id")), text(field(payload, "user", "team_id"))}, team)
    action = first_action(payload)
    action_id = text(field(action, "action_id"))
    if field(payload, "type") != "block_actions" or not action_id.startswith(ACT):
        return None
    user = text(field(payload, "user", "id"))
    button = read_json(text(field(action, "value"))[:LONGEST_VALUE])
    return {
        "kind": "act",
        "id": _act_id(payload, action, user),
        "at": at,
        "migration": shaped(MIGRATION, field(button, "m"), "migration"),
        "actor": actor_of(team, user),
        "verb": shaped(VERB, action_id.removeprefix(ACT).partition(":")[0], "verb"),
        "checkpoint": checkpoint_of(button),
        "choices": choices_of(button),
        "reply_to": answers_go_to(text(field(payload, "response_url")), text(field(payload, "channel", "id")), user),
    }


def said_of(payload: object, *, team: str, at: str) -> Message | None:
    """The `Command` of a click on a suggestion; None for every other interaction. Errors as of `act_of`."""
    require_team({text(field(payload, "team", "id")), text(field(payload, "user", "team_id"))}, team)
    action = first_action(payload)
    if field(payload, "type") != "block_actions" or not text(field(action, "action_id")).startswith(SAY):
        return None
    said, user, channel = (
        text(field(action, "value")),
        text(field(payload, "user", "id")),
        field(payload, "channel", "id"),
    )
    if not said.strip() or len(said) > LONGEST_VALUE or any("\ud800" <= character <= "\udfff" for character in said):
        raise RejectedDeliveryError(400, "the suggestion cannot be read; type the command")
    return {
        "kind": "command",
        "id": _act_id(payload, action, user),
        "at": at,
        "actor": actor_of(team, user),
        "text": said.strip(),
        "channel": _slack_id(text(channel)),
        "reply_to": answers_go_to(text(field(payload, "response_url")), text(channel), user),
    }


def is_link(payload: object) -> bool:
    """Whether the person followed a link button (`link:…`), which Slack tells us although nobody has to do anything."""
    return text(field(first_action(payload), "action_id")).startswith(LINK)


def command_of(form: Mapping[str, str], *, team: str, at: str) -> Message:
    """The `Command` of a slash command; its text is what follows the command's name, whole, whatever its length.

    RejectedDeliveryError: 401 for another workspace, 400 where the person or the trigger is missing.
    """
    require_team({form.get("team_id", "")}, team)
    user = form.get("user_id", "")
    channel = form.get("channel_id", "")
    return {
        "kind": "command",
        "id": signal_id(form.get("trigger_id", "")),
        "at": at,
        "actor": actor_of(team, user),
        "text": form.get("text", "").strip(),
        "channel": _slack_id(channel),
        "reply_to": answers_go_to(form.get("response_url", ""), channel, user),
    }


def group_of(message: Message, team: str) -> str:
    """The FIFO group: one migration's acts keep their order, and so do one channel's commands."""
    return str(message["migration"]) if message["kind"] == "act" else f"command:{team}/{message['channel'] or '-'}"


def require_team(given: set[str], team: str) -> None:
    """Refuses everything while no team is configured."""
    if not team or given - {""} != {team}:
        raise RejectedDeliveryError(401, "this workspace is not the one that WAYMARK_SLACK_TEAM names")


def first_action(payload: object) -> object:
    """A click is one action; Slack sends it in a list."""
    actions = field(payload, "actions")
    return actions[0] if isinstance(actions, list) and actions else None


def _act_id(payload: object, action: object, user: str) -> str:
    """Slack's trigger id is unique for each interaction, and the same when the interaction is delivered again."""
    trigger = text(field(payload, "trigger_id"))
    moment = text(field(action, "action_ts"))
    if trigger or not moment:
        return signal_id(trigger)
    place = text(field(payload, "container", "message_ts"))
    return signal_id(f"{moment}/{user}/{place}/{text(field(action, 'action_id'))}")


def signal_id(source: str) -> str:
    """At most 128 characters, as SQS wants a de-duplication id."""
    if not source:
        raise RejectedDeliveryError(400, "the interaction has no trigger_id")
    plain = _PLAIN_ID.fullmatch(source)
    return f"slack:{source if plain else hashlib.sha256(source.encode(errors='replace')).hexdigest()}"


def actor_of(team: str, user: str) -> str:
    """The `Person`; RejectedDeliveryError(400) where there is no user."""
    if not _SLACK_ID.fullmatch(user):
        raise RejectedDeliveryError(400, "the interaction names no user")
    return f"slack:{team}/{user}"


def _slack_id(value: str) -> str | None:
    return value if _SLACK_ID.fullmatch(value) else None


def answers_go_to(response_url: str, channel: str, user: str) -> Message:
    """The `ReplyTo`; an address that is none is left out."""
    return {
        "response_url": response_url if _RESPONSE_URL.fullmatch(response_url) else None,
        "channel": _slack_id(channel),
        "user": _slack_id(user),
    }
