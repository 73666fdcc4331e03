"""The message of a modal that was just opened for a button of a card, for the tests of what stands in it."""

from typing import Any

from shared.domain.view import View
from shared.messages.standing import Standing
from state_schema.orders import ModalMessage
from state_schema.signals import CheckpointRef
from tests.stories import MONDAY, OPERATOR


def opened(view: View, track: str, verb: str, **given: Any) -> ModalMessage:
    """What the door sends; the checkpoint is the one that the track's card shows now."""
    at = Standing(view, track)
    assert at.question is not None
    assert at.step is not None
    ref = CheckpointRef(track=track, step=at.path, attempt=at.step.attempt, digest=at.question.digest)
    fields = {
        "id": "slack:1.2.3",
        "at": MONDAY,
        "migration": view.state.id,
        "actor": OPERATOR,
        "verb": verb,
        "checkpoint": ref,
        "view_id": "V1",
        "hash": "h1",
        "metadata": "{}",
    }
    return ModalMessage.model_validate(fields | given)
