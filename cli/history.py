"""`migrate history`: what happened to one migration."""

import json
from typing import Annotated

import typer

from cli.commands import CampaignName
from cli.naming import campaigns_named, views_of
from cli.store import Data, Json, engine, told
from shared.app.showing import last_events
from shared.app.status import MOST
from shared.messages.recorded import plain_line, plain_title


def history(
    resource: Annotated[str, typer.Argument(help="The resource's id.")],
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many events, counted from the last one.")] = 50,
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell what happened to one migration: when, who caused it, and what it was; the newest last.

    With --json, a list with an object for each campaign that has it:
    migration, version (how many events it has), events (a list: number, at,
    actor, signal, correlation - what it all began with, where that is not the
    signal - event, and the hashes that chain them).

    Example: migrate history email.notifications --limit 10
    """
    with told():
        ports = engine(data)
        for_machines = []
        for view in views_of(ports, campaigns_named(ports, campaign), resource):
            migration = view.state.id
            total, records = last_events(migration, limit, ports.migrations, ports.history)
            if as_json:
                events = [one.model_dump(mode="json") for one in records]
                for_machines.append({"migration": migration, "version": total, "events": events})
            else:
                typer.echo("\n".join([plain_title(migration, total, len(records)), *map(plain_line, records)]))
        if as_json:
            typer.echo(json.dumps(for_machines))
