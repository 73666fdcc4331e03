"""Opens a modal for a click that is fresh enough, as `views.open` does, and changes it, as `views.update` does."""

import hashlib
import json
from typing import Any, Final

from sandbox.slack.block_kit import problems
from sandbox.slack.content import Arguments, SlackRefusalError
from sandbox.slack.payloads import APP, BOT, Json
from sandbox.slack.workspace import TRIGGER_GOOD_FOR, Workspace

TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000
LARGEST: Final = 250_000
"""Bytes of a view."""


def open_view(workspace: Workspace, arguments: Arguments) -> Json:
    """The opened view. SlackRefusalError: the trigger_id is invalid, expired or used; invalid_arguments; view_too_large."""
    view = read_view(arguments.get("view"))
    trigger = str(arguments.get("trigger_id") or "")
    click = workspace.click(int(trigger)) if trigger.isdecimal() else None
    if click is None:
        raise SlackRefusalError("invalid_trigger_id")
    if workspace.clock() - click.at > TRIGGER_GOOD_FOR:
        raise SlackRefusalError("expired_trigger_id")
    opened = _shown(f"V{click.id:010d}", view)
    if not workspace.open_modal(click.id, opened):
        raise SlackRefusalError("exchanged_trigger_id")
    return opened


def update_view(workspace: Workspace, arguments: Arguments) -> Json:
    """The changed view. SlackRefusalError: not_found where it is closed, hash_conflict where it was changed; as above."""
    view = read_view(arguments.get("view"))
    number = number_of(str(arguments.get("view_id") or ""))
    before = workspace.modal(number)
    if before is None:
        raise SlackRefusalError("not_found")
    changed = _shown(before["id"], view)
    if arguments.get("hash") not in {None, "", before["hash"]} or not workspace.change_modal(number, before, changed):
        raise SlackRefusalError("hash_conflict")
    return changed


def read_view(given: object) -> Json:
    """A view from JSON or from the text of a form, fit to be shown; SlackRefusalError as above."""
    view = _parsed(given)
    if found := _problems(view):
        raise SlackRefusalError("invalid_arguments", *(f"[ERROR] {problem}" for problem in found))
    if len(json.dumps(view)) > LARGEST:
        raise SlackRefusalError("view_too_large")
    return view


def number_of(view_id: str) -> int:
    """The click that a view was opened for; 0, which none is, where the id is none."""
    digits = view_id.removeprefix("V")
    return int(digits) if view_id.startswith("V") and digits.isdecimal() else 0


def _shown(view_id: str, view: Json) -> Json:
    blocks = [{"block_id": f"b{number}"} | block for number, block in enumerate(view["blocks"])]
    shown = {"id": view_id, "app_id": APP, "bot_id": BOT, "root_view_id": view_id, **view, "blocks": blocks}
    return shown | {"hash": hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]}


def _parsed(given: object) -> Json:
    try:
        view: Any = json.loads(given) if isinstance(given, str) else given
    except ValueError as exc:
        raise SlackRefusalError("invalid_arguments", "[ERROR] view is not JSON") from exc
    if not isinstance(view, dict):
        raise SlackRefusalError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def _problems(view: Json) -> list[str]:
    found = problems(view.get("blocks"), modal=True)
    if view.get("type") != "modal":
        found.append("must be modal [json-pointer:/view/type]")
    for name in ("title", "submit", "close"):
        given = view.get(name)
        text = given.get("text") if isinstance(given, dict) else None
        if (name == "title" or given is not None) and (not isinstance(text, str) or not 0 < len(text) <= TITLE):
            found.append(f"must be a plain_text of 1 to {TITLE} characters [json-pointer:/view/{name}]")
    if len(str(view.get("private_metadata", ""))) > PRIVATE_METADATA:
        found.append(f"must be less than {PRIVATE_METADATA + 1} characters [json-pointer:/view/private_metadata]")
    if not found and "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        found.append("missing required field: submit [json-pointer:/view]")
    return found
