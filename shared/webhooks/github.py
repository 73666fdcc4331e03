"""Projects a GitHub delivery to a sighting.

Payloads are never read strictly: a third of GitHub's own published examples fail its own schema. Only the few fields
that say where to look are read, whatever is around them.
"""

import re
from collections.abc import Mapping
from typing import Final

from shared.webhooks.delivery import field, text
from shared.webhooks.sighting import Sighting

PING: Final = "ping"
ACTIONS: Final[Mapping[str, frozenset[str]]] = {
    "pull_request": frozenset({"closed", "reopened", "synchronize", "ready_for_review", "edited", "dequeued"}),
    "pull_request_review": frozenset({"submitted", "dismissed", "edited"}),
    "workflow_run": frozenset({"requested", "in_progress", "completed"}),
}
"""The events and actions after which a look can show something new. The rest (labels, jobs, checks) would cost a read
each and change nothing that is waited for."""
_NUMBER: Final[Mapping[str, tuple[str, ...]]] = {
    "pull_request": ("pull_request", "number"),
    "pull_request_review": ("pull_request", "number"),
    "workflow_run": ("workflow_run", "id"),
}
_DELIVERY: Final = re.compile(r"[A-Za-z0-9-]{1,100}")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_LARGEST_ID: Final = 2**63


def sighting_of(
    event: str, delivery: str, payload: object, *, seen_at: str, own_app: int | None = None
) -> Sighting | None:
    """Where to look after this delivery; None where nothing that we wait for can have changed. Never raises.

    `own_app` is the user id of our App's bot account, as `sender.id` has it; the App's own id is in no payload.
    """
    action = text(field(payload, "action"))
    if action not in ACTIONS.get(event, frozenset()) or _is_own_echo(event, action, payload, own_app):
        return None
    repository = positive(field(payload, "repository", "id"))
    number = positive(field(payload, *_NUMBER[event]))
    if repository is None or number is None:
        return None
    return Sighting(
        address=f"{'workflow_run' if event == 'workflow_run' else 'pull_request'}:{repository}/{number}",
        event=event,
        action=action,
        delivery=_fitting(_DELIVERY, delivery),
        repository=_fitting(_REPOSITORY, text(field(payload, "repository", "full_name"))),
        seen_at=seen_at,
    )


def _is_own_echo(event: str, action: str, payload: object, own_app: int | None) -> bool:
    """Whether our App did this itself, so that we know it already.

    Not so for a close, which may be a merge, and not for runs: the sender of `completed` is whoever dispatched the run.
    """
    if own_app is None or event == "workflow_run" or action == "closed":
        return False
    return positive(field(payload, "sender", "id")) == own_app


def positive(value: object) -> int | None:
    """The value where it can be an id, else None; `type` rather than `isinstance`, because True is an int as well."""
    return value if type(value) is int and 0 < value < _LARGEST_ID else None


def _fitting(shape: re.Pattern[str], value: str) -> str:
    return value if shape.fullmatch(value) else ""
