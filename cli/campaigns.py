"""`migrate campaign …` and `migrate start`: who, what and when."""

import json
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.store import ACTOR, Data, Json, engine, told
from shared.adapters.yaml_files import YamlFile
from shared.app import campaigns
from shared.app.campaigns import Application
from shared.app.command import run_command
from shared.bootstrap import utc_now
from shared.messages.escaping import as_plain
from state_schema.campaign import Campaign
from state_schema.signals import Command

app = typer.Typer(help="Campaigns: who, what and when.", no_args_is_help=True)


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A campaign as YAML.")],
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and write nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Apply a campaign: new resources get a migration; people, gates, limits and windows count from now on.

    A resource that has a migration keeps the plan version and the details that it was created with.
    """
    with told():
        source, ports = YamlFile.read(file), engine(data)
        application = campaigns.prepare(
            source.parsed(Campaign), plans=ports.plans, campaigns=ports.campaigns, migrations=ports.migrations
        )
        if application.problems:
            raise source.refused(application.problems)
        if not preview:
            campaigns.apply(
                application, actor=ACTOR, at=utc_now(), campaigns=ports.campaigns, migrations=ports.migrations
            )
        typer.echo(json.dumps(_found(application, preview)) if as_json else _told(application, preview=preview))


def start(
    resource: Annotated[str, typer.Argument(help="The resource's id.")],
    campaign: Annotated[str | None, typer.Option(help="Its campaign, where there is more than one.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Start one resource's migration. Exit code 1 where that is refused, with the reason."""
    with told():
        ports = engine(data)
        command = Command(id=f"cli:{uuid.uuid4()}", at=utc_now(), actor=ACTOR, text=f"start {resource}")
        said = run_command(
            command,
            campaign=campaign,
            campaigns=ports.campaigns,
            plans=ports.plans,
            index=ports.index,
            migrations=ports.migrations,
            history=ports.history,
            outbox=ports.outbox,
        )
        message = as_plain(said.text)
        typer.echo(json.dumps({"started": said.ok, "message": message}) if as_json else message, err=not said.ok)
        if not said.ok:
            raise typer.Exit(1)


def _found(application: Application, preview: bool) -> dict[str, Any]:
    return {
        "campaign": application.campaign.id,
        "plan": application.campaign.plan,
        "preview": preview,
        "changed": application.changed,
        "new": [resource.id for resource in application.new],
        "known": [resource.id for resource in application.known],
        "not_enforced": _not_enforced(application.campaign),
    }


def _told(application: Application, *, preview: bool) -> str:
    campaign = application.campaign
    did = "Would apply" if preview else "Applied"
    lines = [f"{did} {campaign.id} with {campaign.plan}: {len(application.new)} new, {len(application.known)} known."]
    lines += [f"  + {resource.id} (wave {resource.wave})" for resource in application.new]
    lines += [f"  = {resource.id} keeps the plan version it has" for resource in application.known]
    lines += [f"  ! {field} is recorded, and not enforced by this release" for field in _not_enforced(campaign)]
    return "\n".join(lines)


def _not_enforced(campaign: Campaign) -> list[str]:
    """What the file asks for and this release only records: said aloud, so that nobody relies on it."""
    waits = any(wave.after is not None for wave in campaign.waves.values())
    return [*(["breaker"] if campaign.breaker else []), *(["waves: after"] if waits else [])]
