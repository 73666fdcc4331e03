"""`migrate status`: where everything is."""

import json
import shlex
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from cli.naming import campaigns_named, views_of
from cli.store import Data, Json, engine, told
from cli.terminal import print_table
from shared.app.status_documents import campaign_document, migration_document
from shared.bootstrap import utc_now
from shared.domain.rows import as_of
from shared.domain.view import View
from shared.engines import Engine
from shared.messages.escaping import as_plain, one_line
from shared.messages.pauses import paused
from shared.messages.status_page import TRACK_HEADINGS, counted, headings, on_plan, track_rows

_LISTED: Final = 20


def status(
    resource: Annotated[str | None, typer.Argument(help="One resource; without it, all of them.")] = None,
    campaign: Annotated[str | None, typer.Option(help="One campaign; without it, all of them.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show where every migration is, what was done last, what comes next, and what to type for it.

    With --json, a list with an object for each campaign: campaign, plan,
    waves (by number: after), summary, pauses (by scope: actor, at, reason),
    freezes (by scope: also until), exceptions (by resource/environment: also
    until, approved_by, approved_at),
    migrations (a list: migration, resource, name, wave, owner, status, word,
    current_step, last_done, next_action, actionable, asked_at, asked_in, version,
    changed_at, and command, which follows `migrate say`).

    With --json and a resource, a list with an object for each campaign that
    has it: migration, resource, name, plan, status, word, version,
    changed_at, next_action, command, tracks (by name: status, word, phases,
    step, waiting_for, blocked_by, checkpoint).

    Example: migrate status email.notifications
    """
    with told():
        ports = engine(data)
        names = campaigns_named(ports, campaign)
        views = [] if resource is None else views_of(ports, names, resource)
        if as_json:
            found = (
                [_document(ports, name) for name in names] if resource is None else list(map(migration_document, views))
            )
            typer.echo(json.dumps(found))
            return
        several = len(ports.campaigns.names()) > 1
        for name in names if resource is None else ():
            _print_campaign(ports, name, several=several)
        for view in views:
            _print_migration(view, several=several)
        if not names:
            typer.echo("There is no campaign yet. Apply one: `migrate campaign apply FILE`.")
        elif data is not None:
            file = shlex.quote(str(data))
            typer.echo(f"Commands find {file} with `--data {file}`, or after: export WAYMARK_DATA={file}")


def _document(ports: Engine, name: str) -> dict[str, Any]:
    _, campaign = ports.campaigns.load(name)
    gate = ports.controls.gate(name)
    rows = as_of(gate, campaign, list(ports.index.in_campaign(name)))
    stopped = gate.model_dump(mode="json", include={"pauses", "freezes", "exceptions"})
    return {**campaign_document(campaign, rows), **stopped}


def _print_campaign(ports: Engine, name: str, *, several: bool) -> None:
    _, campaign = ports.campaigns.load(name)
    gate = ports.controls.gate(name)
    rows = as_of(gate, campaign, list(ports.index.in_campaign(name)))
    typer.echo(f"{as_plain(paused(gate, utc_now()))}{name}: {counted(rows)}")
    shown = [(row.name or row.resource, row.current_step, row.last_done, row.next_action) for row in rows]
    print_table(headings(ports.plans.load(campaign.plan).unit), shown)
    commands = [_typed(row.command, name, several=several) for row in rows if row.command]
    if commands:
        _print_commands("For the next action, type:", commands)


def _print_migration(view: View, *, several: bool) -> None:
    state, document = view.state, migration_document(view)
    name = one_line(state.resource.name or state.resource.id, 200)
    typer.echo(f"{as_plain(paused(view.gate, utc_now()))}{name}: {state.id} is {state.status}{on_plan(view)}.")
    print_table(TRACK_HEADINGS, [[text.replace("**", "*") for text in row] for row in track_rows(view)])
    if document["next_action"]:
        command = str(document["command"])
        commands = [_typed(command, state.campaign, several=several)] if command else []
        _print_commands(f"Next action: {one_line(str(document['next_action']), 1000)}", commands)


def _print_commands(title: str, commands: Sequence[str]) -> None:
    """Each on a line of its own, however narrow the terminal is: they are there to be copied."""
    more = len(commands) - _LISTED
    rest = [f"… and {more:,} more: `migrate status --json` has them all."] if more > 0 else []
    typer.echo("\n  ".join([title, *commands[:_LISTED], *rest]) + "\n")


def _typed(command: str, campaign: str, *, several: bool) -> str:
    """What follows `/migrate` in Slack, as it is typed here."""
    program = "migrate" if command.startswith("start ") else "migrate say"
    return f"{program} {command}{f' --campaign {campaign}' if several else ''}"
