"""The state of campaigns and migrations as JSON documents, for programs."""

from collections.abc import Sequence

from pydantic import JsonValue

from shared.domain.display import phases_of, summary_of
from shared.domain.follow import track_names
from shared.domain.rows import as_of
from shared.domain.view import View
from shared.messages.needed import command
from shared.messages.standing import Standing
from shared.messages.status_page import counted, waits_for
from state_schema.campaign import Campaign
from state_schema.summary import Summary

Document = dict[str, JsonValue]


def campaign_document(campaign: Campaign, rows: Sequence[Summary]) -> Document:
    """The campaign, its waves, what its migrations add up to, and a row for each."""
    return {
        "campaign": campaign.id,
        "plan": campaign.plan,
        "waves": {str(number): {"after": wave.after} for number, wave in sorted(campaign.waves.items())},
        "summary": counted(rows),
        "migrations": [row.model_dump(mode="json") for row in rows],
    }


def wave_document(campaign: Campaign, number: int, rows: Sequence[Summary]) -> Document:
    """One wave of it."""
    return {
        "campaign": campaign.id,
        "wave": number,
        "after": campaign.waves[number].after,
        "summary": counted(rows),
        "migrations": [row.model_dump(mode="json") for row in rows],
    }


def migration_document(view: View) -> Document:
    """One migration with every track, those that did not start included."""
    state = view.state
    row = as_of(view.gate, view.campaign, [summary_of(view)])[0]
    return {
        "migration": state.id,
        "resource": state.resource.id,
        "name": state.resource.name or state.resource.id,
        "plan": state.plan,
        "status": state.status,
        "word": row.word,
        "version": state.version,
        "changed_at": state.changed_at.isoformat(),
        "next_action": row.next_action,
        "command": row.command,
        "tracks": {name: _track(Standing(view, name)) for name in track_names(view)},
    }


def _track(at: Standing) -> Document:
    return {
        "status": at.status,
        "word": at.word,
        "phases": dict(phases_of(at.view, at.name)),
        "step": at.path or None,
        "waiting_for": waits_for(at),
        "blocked_by": list(at.blockers),
        "checkpoint": _checkpoint(at),
    }


def _checkpoint(at: Standing) -> Document | None:
    """The open question, with what a button would carry and what a person would type."""
    if at.question is None or at.step is None:
        return None
    return {
        **at.question.model_dump(mode="json"),
        "step": at.path,
        "attempt": at.step.attempt,
        "commands": [command(at, verb) for verb in at.question.verbs],
    }
