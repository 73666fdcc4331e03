"""What a verb is called on a button, and what is said once it was done."""

from typing import Final

from state_schema.ids import SHARED_TRACK

_LABELS: Final = {
    "approve": "Approve",
    "confirm": "Confirm",
    "deploy": "Deploy",
    "run-migration": "Run migration",
    "open-pr": "Open pull request",
    "merge": "Merge",
    "delete": "Delete",
    "retry": "Retry",
    "skip": "Skip",
    "block": "Mark blocked",
    "rollback": "Roll back",
    "abort": "Abort",
    "decide": "Decide",
    "start": "Start",
}
_DONE: Final = {
    "approve": "Approved",
    "confirm": "Confirmed",
    "deploy": "Ordered the deployment",
    "run-migration": "Ordered the migration",
    "open-pr": "Ordered the pull request",
    "merge": "Ordered the merge",
    "delete": "Ordered the deletion",
    "retry": "Retrying",
    "skip": "Skipped",
    "block": "Marked as blocked",
    "rollback": "Rolling back",
    "abort": "Aborted",
    "move": "Moved",
    "start": "Started",
}
_TO_DO: Final = {
    "run-migration": "run the migration of",
    "open-pr": "open a pull request for",
    "block": "block",
    "decide": "decide for",
    "assign": "assign a checkpoint of",
}
LOOK: Final = "Check now"
"""What answers an approval of a pull request: a look at it, never a claim about it."""


def label_of(verb: str, track: str = SHARED_TRACK) -> str:
    """`deploy` is "Deploy to prod-us", `infra-applied` is "Infra applied"."""
    known = _LABELS.get(verb) or verb.replace("-", " ").capitalize()
    return f"{known} to {track}" if verb == "deploy" and track != SHARED_TRACK else known


def to_do(verb: str) -> str:
    """After "Can't": `deploy`, `run the migration of`; a plan's own word is repeated as it is."""
    if verb in _TO_DO:
        return _TO_DO[verb]
    return _LABELS[verb].lower() if verb in _LABELS else f"take `{verb}` for"


def done(verb: str) -> str:
    """The beginning of a sentence about an act that was taken: "Approved"; a plan's own word is repeated as it is."""
    return _DONE.get(verb) or f"Noted `{verb}`:"
