"""Commands that only show: help, where everything is, what happened to one migration, its way, and where to look for more."""

from collections.abc import Sequence

from shared.app.asked import Asked
from shared.app.resolving import place_named, view_named
from shared.domain.commands import BY_NAME
from shared.domain.rows import as_of
from shared.errors import NotFoundError
from shared.messages import replies
from shared.messages.answer_text import within_limit
from shared.messages.explained import explained
from shared.messages.helped import help_text, help_with
from shared.messages.logged import logged
from shared.messages.pauses import paused
from shared.messages.recorded import LAST, history_text
from shared.messages.unknown import suggestion, suggestions, unknown_command, unknown_resource
from shared.ports.migrations import History, Migrations
from state_schema.answers import LONGEST, Answer, Suggestion, refused, shown
from state_schema.events import Recorded
from state_schema.ids import migration_id
from state_schema.summary import Summary

_SEARCHED = 200
"""Events among which the last failure is looked for."""
_BUTTONS = 3


def help_(asked: Asked, known: Sequence[str]) -> Answer:
    """`help [command]`; `known` are the words that this campaign's plan takes."""
    if not asked.rest:
        return shown(help_text(known))
    verb = asked.rest[0].removeprefix("/migrate").strip()
    if verb in known or verb in BY_NAME:
        return shown(help_with(verb, asked.plan))
    return unknown_command([verb], known)


def status(asked: Asked) -> Answer:
    """`status [resource]`."""
    campaign, store = asked.campaign, asked.store
    gate, rows = store.controls.gate(campaign.id), list(store.index.in_campaign(campaign.id))
    wanted = [row for row in as_of(gate, campaign, rows) if not asked.rest or row.resource == asked.rest[0]]
    if asked.rest and not wanted:
        return unknown_resource(asked.words, 1, [row.resource for row in rows])
    text = paused(gate, asked.command.at) + replies.status_text(campaign.id, wanted)
    return shown(within_limit(text, LONGEST)).model_copy(update={"suggestions": _ways_on(wanted)})


def _ways_on(rows: Sequence[Summary]) -> tuple[Suggestion, ...]:
    """A button for the first few that people can act on, where the command is whole."""
    ready = [
        row
        for row in replies.ranked(rows)
        if row.command and "VALUE" not in row.command and "CHOICE" not in row.command
    ]
    return suggestions(*(suggestion(*row.command.split()) for row in ready[:_BUTTONS]))


def history(asked: Asked) -> Answer:
    """`history <resource>`."""
    if not asked.rest:
        return refused("which_resource", "Which resource? Write `history &lt;resource&gt;`.")
    migration = migration_id(asked.campaign.id, asked.rest[0])
    try:
        total, records = last_events(migration, LAST, asked.store.migrations, asked.store.history)
    except NotFoundError:
        return unknown_resource(asked.words, 1, asked.resources)
    return shown(history_text(migration, records, total))


def explain(asked: Asked) -> Answer:
    """`explain <resource>`: its way in words, after what is paused or frozen in its campaign."""
    view = view_named(asked)
    if isinstance(view, Answer):
        return view
    told = explained(view, asked.command.actor)
    held = paused(view.gate, asked.command.at)
    return told.model_copy(update={"message": within_limit(held + told.message, LONGEST)}) if held else told


def logs(asked: Asked) -> Answer:
    """`logs <resource> [environment]`: pull requests, runs, and the last failure's reason."""
    place = place_named(asked)
    if isinstance(place, Answer):
        return place
    view, tracks = place
    after = max(view.state.version - _SEARCHED, 0)
    return logged(view, tracks, asked.store.history.events(view.state.id, after, _SEARCHED))


def last_events(migration: str, limit: int, migrations: Migrations, history: History) -> tuple[int, Sequence[Recorded]]:
    """How many events it has, and the last `limit` (≤ 1,000) of them; NotFoundError where there is no such migration."""
    total = migrations.load(migration).view.state.version
    return total, history.events(migration, max(total - limit, 0), limit)
