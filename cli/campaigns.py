"""`migrate campaign …`: who, what and when."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.store import ACTOR, Data, Json, engine, told
from shared.adapters.yaml_files import YamlFile
from shared.app import campaigns
from shared.app.campaigns import Application
from shared.bootstrap import utc_now
from shared.domain.campaign_changes import Change
from shared.messages.applied import change_in_words
from state_schema.campaign import Campaign

_KEPT: Final = "its migration keeps what it was created with"
app = typer.Typer(help="Campaigns: who, what and when.", no_args_is_help=True)


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A campaign as YAML; `-` reads standard input.")],
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and write nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Apply a campaign: new resources get a migration; people, gates, limits and windows count from now on.

    A resource that has a migration keeps the plan version and the details that it was created with. What is new (+), changed
    (~, * for settings) and gone (-) is listed.

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
        "changes": {name: _as_data(found) for name, found in _changed(application).items()},
        "gone": list(application.changes.gone),
        "settings": _as_data(application.changes.settings),
    }


def _as_data(changes: Iterable[Change]) -> dict[str, Any]:
    return {one.field: {"before": one.before, "after": one.after} for one in changes}


def _changed(application: Application) -> dict[str, tuple[Change, ...]]:
    """Of the resources that have a migration those that the file says otherwise; what is new is made as it says."""
    changes = application.changes.resources
    return {one.id: changes[one.id] for one in application.known if one.id in changes}


def _told(application: Application, *, preview: bool) -> str:
    campaign = application.campaign
    did = "Would apply" if preview else "Applied"
    gone, changed = application.changes.gone, _changed(application)
    left_out = f", {len(gone)} gone" if gone else ""
    count = f"{len(application.new)} new, {len(application.known)} known{left_out}"
    lines = [f"{did} {campaign.id} with {campaign.plan}: {count}."]
    lines += [f"  + {resource.id} (wave {resource.wave})" for resource in application.new]
    unchanged = [one.id for one in application.known if one.id not in changed or one.id in application.elsewhere]
    lines += [f"  = {resource} stays {_where(application, resource)}" for resource in unchanged]
    lines += [f"  ~ {resource}: {_in_words(found)}; {_KEPT}" for resource, found in changed.items()]
    lines += [f"  - {resource} is no longer in the campaign" for resource in gone]
    lines += [f"  * {change_in_words(one)}" for one in application.changes.settings]
    if any(ref.partition("@")[0] == application.plan.name for ref in application.elsewhere.values()):
        lines.append(f"To move those that are on another version: {_command(campaign)}")
    return "\n".join(lines)


def _in_words(changes: Iterable[Change]) -> str:
    return "; ".join(map(change_in_words, changes))


def _where(application: Application, resource: str) -> str:
    return f"on {application.elsewhere[resource]}" if resource in application.elsewhere else "as it is"


def _command(campaign: Campaign) -> str:
    return f"migrate migration move --all --to {campaign.plan} --campaign {campaign.id} --preview"
