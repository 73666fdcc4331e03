"""The commands that a person could type in Slack too: `start`, `next`, `pause`, `resume`, `open-wave`."""

import json
import shlex
import uuid
from typing import Annotated

import typer

from cli.store import ACTOR, Data, Json, engine, told
from shared.app.command import run_command
from shared.bootstrap import utc_now
from shared.messages.escaping import as_plain
from state_schema.signals import Command

CampaignName = Annotated[str | None, typer.Option("--campaign", help="Which one, where there is more than one.")]
Scope = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCOPE] [REASON]...", help="`wave 2`, `environment prod-us` or `migration RESOURCE`; else all."
    ),
]


def start(
    resource: Annotated[str, typer.Argument(help="The resource's id.")],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Start one resource's migration. Exit code 1 where that is refused, with the reason."""
    _say(["start", resource], campaign, data, as_json=as_json)


def next_(campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Start the first migration that may start, and say how many more are ready."""
    _say(["next"], campaign, data, as_json=as_json)


def pause(scope: Scope = None, campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Stop starts in a campaign or a part of it. Facts are recorded all the same; what runs, ends."""
    _say(["pause", *(scope or [])], campaign, data, as_json=as_json)


def resume(scope: Scope = None, campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Let starts go on. `resume wave 2` also resets that wave's breaker."""
    _say(["resume", *(scope or [])], campaign, data, as_json=as_json)


def open_wave(
    wave: Annotated[int, typer.Argument(help="Its number.")],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Open a wave before the one before it is complete."""
    _say(["open-wave", str(wave)], campaign, data, as_json=as_json)


def say(
    words: Annotated[
        list[str], typer.Argument(metavar="COMMAND...", help="As in Slack: `pr-merged RESOURCE shared`, `help`.")
    ],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say any command that could be typed in Slack after `/migrate`. `migrate say help` lists them."""
    _say(words, campaign, data, as_json=as_json)


def _say(words: list[str], campaign: str | None, data: Data, *, as_json: bool) -> None:
    with told():
        ports = engine(data)
        said = run_command(
            Command(id=f"cli:{uuid.uuid4()}", at=utc_now(), actor=ACTOR, text=shlex.join(words)),
            campaign=campaign,
            store=ports.store,
            outbox=ports.outbox,
        )
        message = as_plain(said.text)
        typer.echo(json.dumps({"done": said.ok, "message": message}) if as_json else message, err=not said.ok)
        if not said.ok:
            raise typer.Exit(1)
