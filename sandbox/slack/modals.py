"""Opens a modal for a click that is fresh enough, as `views.open` does."""

import json
from typing import Any, Final

from sandbox.slack.block_kit import problems
from sandbox.slack.content import Arguments, SlackRefusalError
from sandbox.slack.payloads import APP, Json
from sandbox.slack.workspace import TRIGGER_GOOD_FOR, Workspace

TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000


def open_view(workspace: Workspace, arguments: Arguments) -> Json:
    """The opened view. SlackRefusalError: the trigger_id is invalid, expired or used; or invalid_arguments."""
    view = _view(arguments.get("view"))
    trigger = str(arguments.get("trigger_id") or "")
    click = workspace.click(int(trigger)) if trigger.isdecimal() else None
    if click is None:
        raise SlackRefusalError("invalid_trigger_id")
    if workspace.clock() - click.at > TRIGGER_GOOD_FOR:
        raise SlackRefusalError("expired_trigger_id")
    if found := _problems(view):
        raise SlackRefusalError("invalid_arguments", *(f"[ERROR] {problem}" for problem in found))
    opened = {"id": f"V{click.id:010d}", "app_id": APP, **view}
    if not workspace.open_modal(click.id, opened):
        raise SlackRefusalError("exchanged_trigger_id")
    return opened


def _view(given: object) -> Json:
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
    title = view.get("title")
    text = title.get("text") if isinstance(title, dict) else None
    if not isinstance(text, str) or not 0 < len(text) <= TITLE:
        found.append(f"must be a plain_text of 1 to {TITLE} characters [json-pointer:/view/title]")
    if len(str(view.get("private_metadata", ""))) > PRIVATE_METADATA:
        found.append(f"must be less than {PRIVATE_METADATA + 1} characters [json-pointer:/view/private_metadata]")
    if not found and "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        found.append("missing required field: submit [json-pointer:/view]")
    return found
