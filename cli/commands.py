"""The commands that a person could type in Slack too: `start`, `next`, `pause`, `resume`, `open-wave`."""

import shlex
import uuid
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from cli.answers import show_answer
from cli.store import ACTOR, Data, Json, engine, told
from cli.unserved import Counted, tell_if_unserved
from shared.app.command import run_command
from shared.bootstrap import utc_now
from shared.errors import InvalidInputError
from state_schema.signals import Command

CampaignName = Annotated[str | None, typer.Option("--campaign", help="Which one, where there is more than one.")]
_SCOPE: Final = "`wave 2`, `environment prod-us`, `migration RESOURCE`, or `all` campaigns; else this campaign."
Scope = Annotated[list[str] | None, typer.Argument(metavar="[SCOPE]...", help=_SCOPE)]
ScopeAndReason = Annotated[list[str] | None, typer.Argument(metavar="[SCOPE] [REASON]...", help=_SCOPE)]
_NONE_READY: Final = frozenset({"nothing_left", "wave_not_open"})
"""Reasons that end by themselves, or are good news. An open breaker is neither: somebody has to look."""


def start(
    resource: Annotated[str, typer.Argument(help="The resource's id.")],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Start one resource's migration. Exit code 1 where that is refused, with the reason.

    Example: migrate start email.notifications
    """
    say_words(["start", resource], campaign, data, as_json=as_json)


def next_(campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Start the first migration that may start, and say how many more are ready. Exit code 0 also where none is ready yet.

    So it can be a line of a crontab, which then mails only what is wrong:
    `*/15 8-16 * * 1-5 migrate next --campaign airflow-3 >/dev/null`. Deployed, `batches` of the stage's file do the same.

    Example: migrate next
    """
    say_words(["next"], campaign, data, as_json=as_json, fine=_NONE_READY)


def pause(
    scope: ScopeAndReason = None, campaign: CampaignName = None, data: Data = None, as_json: Json = False
) -> None:
    """Stop starts in a campaign, a part of it, or all campaigns. Facts are recorded all the same; what runs, ends.

    `pause all` is for who operates every campaign; one that is applied later is paused too.

    Example: migrate pause environment prod-us "The network is being changed"
    """
    say_words(["pause", *(scope or [])], campaign, data, as_json=as_json)


def resume(scope: Scope = None, campaign: CampaignName = None, data: Data = None, as_json: Json = False) -> None:
    """Let starts go on: lifts the pause and the freeze of this very scope. `resume wave 2` also resets that wave's breaker.

    Example: migrate resume environment prod-us
    """
    say_words(["resume", *(scope or [])], campaign, data, as_json=as_json)


def freeze(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SCOPE (until MOMENT | for DURATION) [REASON]...",
            help="SCOPE as in `pause`, `campaign` for this one; a MOMENT is YYYY-MM-DDThh:mm with a zone (Z, +01:00), "
            "a DURATION `90m`, `48h` or `7d`.",
        ),
    ],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Stop starts until a time, 60 days ahead at most. It ends by itself, `resume` lifts it before, `except` is possible.

    Example: migrate freeze environment prod-us for 48h "Release week"
    """
    say_words(["freeze", *words], campaign, data, as_json=as_json)


def except_(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="RESOURCE ENVIRONMENT [REASON]...", help="Which resource may start where; `shared` is a place, too."
        ),
    ],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask that one resource may start in a frozen environment, or approve what somebody else asked for.

    It takes two people: an operator who asks, and another one, an approver, who gives the same command. It lasts until the
    freeze or window ends, and lifts no pause, no breaker and no approval.

    Example: migrate except billing.reports prod-us "The old cluster is out of disk"
    """
    say_words(["except", *words], campaign, data, as_json=as_json)


def open_wave(
    wave: Annotated[int, typer.Argument(help="Its number.")],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Open a wave before the one before it is complete.

    Example: migrate open-wave 2
    """
    say_words(["open-wave", str(wave)], campaign, data, as_json=as_json)


def say(
    words: Annotated[
        list[str], typer.Argument(metavar="COMMAND...", help="As in Slack: `pr-merged RESOURCE shared`, `help`.")
    ],
    campaign: CampaignName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say any command that could be typed in Slack after `/migrate`. `migrate say help` lists them.

    Example: migrate say pr-merged email.notifications shared
    """
    say_words(words, campaign, data, as_json=as_json)


def say_words(
    words: list[str], campaign: str | None, data: Data, *, as_json: bool, fine: frozenset[str] = frozenset()
) -> None:
    """Does what these words say, and shows the answer. Exit code 1 where it was refused, but for the reasons in `fine`."""
    with told():
        command, ports = _command(words), engine(data)
        outbox = Counted(ports.outbox)
        answer = run_command(command, campaign=campaign, store=ports.store, outbox=outbox)
        if answer.reason_code in fine:
            answer = answer.model_copy(update={"status": "shown"})
        show_answer(answer, as_json=as_json)
        if not answer.ok:
            raise typer.Exit(1)
        tell_if_unserved(outbox, data)


def _command(words: list[str]) -> Command:
    try:
        return Command(
            id=f"cli:{uuid.uuid4()}", at=utc_now(), actor=ACTOR, text=shlex.join(words), nonce=uuid.uuid4().hex
        )
    except ValidationError as exc:
        raise InvalidInputError((f"The command cannot be read: {exc.errors()[0]['msg']}.",)) from exc
