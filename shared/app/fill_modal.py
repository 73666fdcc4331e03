"""Shows in a modal what is asked there now: the door opened it in haste, without a look at the state."""

from dataclasses import replace
from typing import Final

from shared.app.ended import with_end
from shared.domain.acts import on_act
from shared.domain.view import Refusal, View
from shared.errors import NotFoundError
from shared.messages.modals import modal, not_asked
from shared.ports.migrations import History, Migrations
from shared.ports.modals import Modals, OpenModal
from state_schema.events import ChoicesOffered
from state_schema.orders import ModalMessage
from state_schema.signals import Act

_STILL_TO_SAY: Final = frozenset({"one_choice", "answers_wanted", "wrong_answers", "no_reason"})
"""Refusals of an act without an answer: they say that this is where it is asked for."""


def fill_modal(message: ModalMessage, *, migrations: Migrations, history: History, modals: Modals) -> str:
    """Updates the modal; says in a word what became of it, for the log.

    RetryableError where Slack limits us or is down; PermanentError where it refuses the view.
    """
    try:
        view = with_end(_with_offered(migrations.load(message.migration).view, message, history), history)
        refusal = _refusal(view, message)
        shown = modal(view, message) if refusal is None else not_asked(message, refusal)
    except NotFoundError:
        refusal = Refusal("unknown_migration", "There is no such migration any more.", "Look at the newest card.")
        shown = not_asked(message, refusal)
    try:
        modals.update(OpenModal(message.view_id, message.hash), shown)
    except NotFoundError:
        return "closed"
    return "asked" if refusal is None else refusal.reason_code


def _refusal(view: View, message: ModalMessage) -> Refusal | None:
    """What the core would say to this person and this question; nothing of it is recorded."""
    act = Act(
        id=message.id,
        at=message.at,
        migration=message.migration,
        actor=message.actor,
        verb=message.verb,
        checkpoint=message.checkpoint,
    )
    refusal = on_act(view, act).refusal
    return None if refusal is None or refusal.reason_code in _STILL_TO_SAY else refusal


def _with_offered(view: View, message: ModalMessage, history: History) -> View:
    """A decision is about a list that is too long for the state."""
    track = view.state.tracks.get(message.checkpoint.track)
    step = track.steps.get(message.checkpoint.step) if track else None
    if message.verb != "decide" or step is None or step.offered is None:
        return view
    event = history.event(view.state.id, step.offered.event).event
    return replace(view, offered=event.choices if isinstance(event, ChoicesOffered) else ())
