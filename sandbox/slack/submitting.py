"""What a person submits, and what our door's answer does to the modal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.content import SlackRefusalError
from sandbox.slack.modals import read_view


@dataclass(frozen=True, slots=True)
class Sent:
    """A modal to be submitted. `values` as in `filling`; with `raw`, they are `state.values` as they are."""

    view_id: str
    user: str
    values: Mapping[str, Any]
    raw: bool = False
    team: str | None = None
    times: int = 1
    """How often it is delivered."""


def after(view: Mapping[str, Any], body: str) -> Mapping[str, Any] | None:
    """What a submitted modal shows then; None where it closes. SlackRefusalError where Slack would not take the answer."""
    answer = json.loads(body) if body else {}
    match answer.get("response_action"):
        case "errors" if answer["errors"].keys() <= {block["block_id"] for block in view["blocks"]}:
            return {**view, "errors": answer["errors"]}
        case "update":
            return {"id": view["id"], "hash": view["hash"], **read_view(answer["view"])}
        case None | "clear":
            return None
        case _:
            raise SlackRefusalError("invalid_response_action", body[:300])
