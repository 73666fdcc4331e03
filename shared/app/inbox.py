"""What waits for the person who asks: the checkpoints that they may answer, the oldest first."""

from collections.abc import Iterator
from datetime import datetime

from shared.app.asked import Asked
from shared.domain.checkpoints import open_checkpoints
from shared.domain.known_people import known_in
from shared.domain.permissions import refusal_for
from shared.errors import NotFoundError
from shared.messages.waiting import Waiting, inbox_answer
from state_schema.answers import Answer
from state_schema.summary import Summary

_LOADED = 60
"""Migrations that are read for one answer: those whose question is oldest by the list, which is only a hint."""


def inbox(asked: Asked) -> Answer:
    """`inbox`."""
    rows = sorted(_asking(asked), key=lambda row: row.changed_at)
    found = sorted((one for row in rows[:_LOADED] for one in _of(asked, row.migration)), key=_opened)
    return inbox_answer(asked.campaign.id, found, unread=max(len(rows) - _LOADED, 0))


def _asking(asked: Asked) -> Iterator[Summary]:
    rows = asked.store.index.in_campaign(asked.campaign.id)
    return (row for row in rows if row.actionable and row.status != "pending")


def _of(asked: Asked, migration: str) -> Iterator[Waiting]:
    try:
        view = known_in(asked.store.migrations.load(migration).view, asked.command.at)
    except NotFoundError:
        return
    for track, _, _, question in open_checkpoints(view):
        verbs = [verb for verb in question.verbs if not refusal_for(view, track, question, asked.command.actor, verb)]
        if verbs:
            yield Waiting(view, track, question, verbs[0])


def _opened(waiting: Waiting) -> datetime:
    return waiting.question.opened_at
