"""`migrate status`: where everything is."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown

from cli.store import Data, Json, engine, told
from shared.app.status_documents import campaign_document, migration_document
from shared.engines import Engine
from shared.errors import NotFoundError
from shared.messages.escaping import as_plain
from shared.messages.pauses import paused
from shared.messages.status_page import campaign_markdown, migration_markdown
from state_schema.ids import migration_id

Found = tuple[dict[str, Any], str]
"""As JSON, and as Markdown."""


def status(
    resource: Annotated[str | None, typer.Argument(help="One resource; without it, all of them.")] = None,
    campaign: Annotated[str | None, typer.Option(help="One campaign; without it, all of them.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show where every migration is, what was done last and what comes next."""
    with told():
        ports = engine(data)
        names = [campaign] if campaign else list(ports.campaigns.names())
        found = [_campaign(ports, name) for name in names] if resource is None else _resource(ports, names, resource)
        if as_json:
            typer.echo(json.dumps([document for document, _ in found]))
            return
        for _, markdown in found:
            Console().print(Markdown(markdown))


def _campaign(ports: Engine, name: str) -> Found:
    _, campaign = ports.campaigns.load(name)
    rows = list(ports.index.in_campaign(name))
    unit, gate = ports.plans.load(campaign.plan).unit, ports.controls.gate(name)
    pauses = {scope: pause.model_dump(mode="json") for scope, pause in gate.pauses.items()}
    markdown = campaign_markdown(name, rows, unit)
    return {**campaign_document(campaign, rows), "pauses": pauses}, f"{as_plain(paused(gate))}\n{markdown}"


def _resource(ports: Engine, names: Sequence[str], resource: str) -> list[Found]:
    views = []
    for name in names:
        try:
            views.append(ports.migrations.load(migration_id(name, resource)).view)
        except NotFoundError:
            continue
    if not views:
        raise NotFoundError(f"There is no migration of {resource!r}. `migrate status` lists those there are.")
    return [(dict(migration_document(view)), migration_markdown(view)) for view in views]
