"""Commands that look, as people type them in Slack too: `inbox`, `explain`, `logs`, `verify`, `reconcile`, `deploy`."""

from typing import Annotated

import typer

from cli.commands import CampaignName, say_words
from cli.store import Data, Json

Resource = Annotated[str, typer.Argument(help="The resource's id.")]
Environment = Annotated[str | None, typer.Argument(help="One of the plan's environments, or `shared`.")]


def inbox(campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """List what waits for you, the oldest first.

    Example: migrate inbox
    """
    say_words(["inbox"], campaign, data, as_json=as_json)


def explain(resource: Resource, campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Tell the way of a resource in words: what is done, where it is, what comes, and what you can do about it.

    Example: migrate explain email.notifications
    """
    say_words(["explain", resource], campaign, data, as_json=as_json)


def logs(
    resource: Resource,
    environment: Environment = None,
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give the pull requests and runs of a resource, and the reason of its last failure.

    Example: migrate logs email.notifications prod-us
    """
    say_words(["logs", resource, *_given(environment)], campaign, data, as_json=as_json)


def verify(
    resource: Resource,
    environment: Environment = None,
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Look now at everything that is waited for there, and send again what a crash left undone.

    Example: migrate verify email.notifications test
    """
    say_words(["verify", resource, *_given(environment)], campaign, data, as_json=as_json)


def reconcile(
    resource: Annotated[str | None, typer.Argument(help="One resource; without it, all that are under way.")] = None,
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Look at everything that is waited for, of one resource or of all; the latter is for operators.

    Example: migrate reconcile
    """
    say_words(["reconcile", *_given(resource)], campaign, data, as_json=as_json)


def deploy(  # noqa: PLR0917 - options of a command
    resource: Resource,
    environment: Environment = None,
    force: Annotated[
        bool, typer.Option("--force", help="Says exactly what is missing; it goes past none of it.")
    ] = False,
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Order the deployment that waits for this command. Exit code 1 where something is missing, with what would work.

    Example: migrate deploy email.notifications prod-us
    """
    words = ["deploy", resource, *_given(environment), *(["--force"] if force else [])]
    say_words(words, campaign, data, as_json=as_json)


def _given(word: str | None) -> list[str]:
    return [] if word is None else [word]
