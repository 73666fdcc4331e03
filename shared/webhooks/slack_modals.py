"""Projects what people do with our modals: the click that opens one, and its submission, which is an act.

A modal belongs to a button `open:<verb>`, whose answer needs more than a click: a choice, a form, or a reason. What the
button said travels in the view's `private_metadata` to the submission, so an act is bound to the question that was shown.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.webhooks import modal_values
from shared.webhooks.delivery import field, read_json, text
from shared.webhooks.modal_values import WrongInput
from shared.webhooks.slack import Message, actor_of, answers_go_to, first_action, require_team, signal_id
from shared.webhooks.slack_buttons import LONGEST_VALUE, MIGRATION, VERB, checkpoint_of, shaped

OPEN: Final = "open:"
"""The action id of the button is `open:<verb>`, and so is the `callback_id` of the modal."""
ANSWERABLE_FOR: Final = 1750
"""Seconds after the click; Slack takes answers to it for thirty minutes."""
_LONGEST_METADATA: Final = 3000
"""Characters; Slack's own limit."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A click that opens a modal. `message` is the `ModalMessage` but for the view; `typed` would answer it as well."""

    trigger: str
    callback: str
    metadata: str
    typed: str
    message: Message


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent with a modal: the `Act`, or what is wrong with it. `late`: answers to the click get home no more."""

    act: Message | WrongInput
    late: bool


def opening_of(payload: object, *, team: str, at: datetime) -> Opening | None:
    """None for any other interaction. RejectedDeliveryError: 401 for another team, 400 where our button is not readable."""
    action = first_action(payload)
    action_id = text(field(action, "action_id"))
    if field(payload, "type") != "block_actions" or not action_id.startswith(OPEN):
        return None
    _require_team(payload, team)
    verb = shaped(VERB, action_id.removeprefix(OPEN).partition(":")[0], "verb")
    button = read_json(text(field(action, "value"))[:LONGEST_VALUE])
    user, trigger = text(field(payload, "user", "id")), text(field(payload, "trigger_id"))
    migration, checkpoint = shaped(MIGRATION, field(button, "m"), "migration"), checkpoint_of(button)
    reply_to = answers_go_to(text(field(payload, "response_url")), text(field(payload, "channel", "id")), user)
    metadata = _metadata(migration, button, reply_to, at)
    return Opening(
        trigger=trigger,
        callback=f"{OPEN}{verb}",
        metadata=metadata,
        typed=_typed(verb, migration.partition("/")[2], str(checkpoint["track"])),
        message={
            "kind": "modal",
            "id": signal_id(trigger),
            "at": at.isoformat(),
            "migration": migration,
            "actor": actor_of(team, user),
            "verb": verb,
            "checkpoint": checkpoint,
            "reply_to": reply_to,
            "metadata": metadata,
        },
    )


def submission_of(payload: object, *, team: str, at: datetime) -> Submission | None:
    """None for any other interaction, and for modals of others. RejectedDeliveryError as in `opening_of`.

    One modal is one act, however often it is submitted: its id is that of the view.
    """
    view = field(payload, "view")
    callback = text(field(view, "callback_id"))
    if field(payload, "type") != "view_submission" or not callback.startswith(OPEN):
        return None
    _require_team(payload, team)
    verb = shaped(VERB, callback.removeprefix(OPEN), "verb")
    about, user = (
        read_json(text(field(view, "private_metadata"))[:_LONGEST_METADATA]),
        text(field(payload, "user", "id")),
    )
    act: Message = {
        "kind": "act",
        "id": signal_id(text(field(view, "id"))),
        "at": at.isoformat(),
        "migration": shaped(MIGRATION, field(about, "m"), "migration"),
        "actor": actor_of(team, user),
        "verb": verb,
        "checkpoint": checkpoint_of(about),
        "reply_to": answers_go_to(text(field(about, "r")), text(field(about, "c")), user),
    }
    given = modal_values.given(verb, field(view, "state", "values"))
    whole = given if isinstance(given, WrongInput) else act | given
    return Submission(whole, late=_is_late(field(about, "o"), at))


def closes(payload: object) -> bool:
    """Whether somebody closed a modal without sending it, which changes nothing."""
    return field(payload, "type") == "view_closed"


def _typed(verb: str, resource: str, track: str) -> str:
    if verb == "abort":
        return f"{verb} {resource} <reason>"
    return f"{verb} {resource} {track} {'<choice> …' if verb == modal_values.DECIDE else '<reason>'}"


def _require_team(payload: object, team: str) -> None:
    require_team({text(field(payload, "team", "id")), text(field(payload, "user", "team_id"))}, team)


def _metadata(migration: str, button: object, reply_to: Message, at: datetime) -> str:
    """What the submission needs of the click, within 1,000 characters; `o` is when that was, in seconds since the epoch."""
    about = {"m": migration} | {name: field(button, name) for name in ("t", "s", "a", "d")}
    whole = {**about, "c": reply_to["channel"], "r": reply_to["response_url"], "o": int(at.timestamp())}
    return json.dumps(whole, separators=(",", ":"))


def _is_late(opened: object, at: datetime) -> bool:
    return type(opened) is not int or at.timestamp() - opened > ANSWERABLE_FOR
