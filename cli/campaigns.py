"""`migrate campaign …`: who, what and when."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.store import ACTOR, Data, Json, engine, told
from shared.adapters.yaml_files import YamlFile
from shared.app import campaigns
from shared.app.campaigns import Application
from shared.bootstrap import utc_now
from state_schema.campaign import Campaign

app = typer.Typer(help="Campaigns: who, what and when.", no_args_is_help=True)


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A campaign as YAML; `-` reads standard input.")],
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and write nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Apply a campaign: new resources get a migration; people, gates, limits and windows count from now on.

    A resource that has a migration keeps the plan version and the details that it was created with.

    Example: migrate campaign apply airflow-3.campaign.yaml --preview
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
                application,
                actor=ACTOR,
                at=utc_now(),
                campaigns=ports.campaigns,
                controls=ports.controls,
                migrations=ports.migrations,
            )
        typer.echo(json.dumps(_found(application, preview)) if as_json else _told(application, preview=preview))


def _found(application: Application, preview: bool) -> dict[str, Any]:
    return {
        "campaign": application.campaign.id,
        "plan": application.campaign.plan,
        "preview": preview,
        "changed": application.changed,
        "new": [resource.id for resource in application.new],
        "known": [resource.id for resource in application.known],
        "on_other_versions": dict(application.elsewhere),
    }


def _told(application: Application, *, preview: bool) -> str:
    campaign = application.campaign
    did = "Would apply" if preview else "Applied"
    lines = [f"{did} {campaign.id} with {campaign.plan}: {len(application.new)} new, {len(application.known)} known."]
    lines += [f"  + {resource.id} (wave {resource.wave})" for resource in application.new]
    lines += [f"  = {one.id} stays {_where(application, one.id)}" for one in application.known]
    if any(ref.partition("@")[0] == application.plan.name for ref in application.elsewhere.values()):
        lines.append(f"To move those that are on another version: {_command(campaign)}")
    return "\n".join(lines)


def _where(application: Application, resource: str) -> str:
    return f"on {application.elsewhere[resource]}" if resource in application.elsewhere else "as it is"


def _command(campaign: Campaign) -> str:
    return f"migrate migration move --all --to {campaign.plan} --campaign {campaign.id} --preview"
