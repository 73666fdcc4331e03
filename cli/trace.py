"""`migrate trace`: one journey, from the delivery or act that it began with to all that it led to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.moments import earliest
from cli.naming import campaigns_named
from cli.store import Data, Json, data_file, engine, told
from cli.trace_view import document, not_found, show
from shared.app.trace import Traced, trace
from shared.bootstrap import utc_now
from shared.errors import InvalidInputError, PermanentError
from shared.ports.logs import LogLine, LogLines

_MARGIN: Final = timedelta(minutes=15)
"""Before the first and after the last event, what the logs are searched for: queues wait, and skills take their time."""
_LONGEST: Final = 300


def trace_(  # noqa: PLR0917 - options of a command
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A delivery (GitHub's X-GitHub-Delivery, a request id), a signal (as `migrate history --json` shows it), "
            "or an order's key.",
        ),
    ],
    campaign: Annotated[str | None, typer.Option(help="Search one campaign; without it, all of them.")] = None,
    since: Annotated[
        str, typer.Option(metavar="MOMENT|DURATION", help="How far back: 12h, 30d, or 2026-11-01T00:00:00Z.")
    ] = "7d",
    logs: Annotated[
        bool, typer.Option("--logs/--no-logs", help="Of a deployment: search CloudWatch Logs, too.")
    ] = True,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", metavar="FILE", help="Log lines that a local process wrote.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show one journey: the delivery or act, the events that it led to in each migration, the orders, and the log lines.

    What it costs: the list of each campaign, and a query or more for every
    migration that changed since then, twice where ID is not what the journey began
    with. A tick or an order's key names its migration, and reads that one alone.
    The logs of each function are searched from shortly before the first event to
    shortly after the last one, and where there is no event, all the time since then.
    --campaign, --since and --no-logs make it less.

    With --json, an object: asked, ids, found, events, controls, parked, logs,
    searched, problems.

    Exit codes: 0 found; 1 nothing was found, and what to do next; 2 it cannot work.

    Example: migrate trace 72d3162e-cc78-11e3-81ab-4c9367dc0958 --since 2d
    """
    with told():
        if not asked or len(asked) > _LONGEST or not asked.isprintable():
            raise InvalidInputError(("Give the id of a delivery, of a signal or of an order, as it was shown.",))
        now, ports = utc_now(), engine(data)
        begin = earliest(since, now)
        found = trace(
            asked,
            campaigns=campaigns_named(ports, campaign),
            since=begin,
            store=ports.store,
            parking=ports.parked,
        )
        lines, problems = _logged(found, _sources(data, log_file, aws=logs), begin, now)
        if as_json:
            typer.echo(document(asked, found, lines, problems))
        else:
            show(found, lines, problems)
        if found.is_empty and not lines:
            typer.secho(not_found(asked, found, begin), err=True, fg="red")
            raise typer.Exit(1)


def _sources(data: Path | None, log_file: Path | None, *, aws: bool) -> list[LogLines]:
    from shared.adapters.log_lines import CloudWatchLogLines, FileLogLines, logs_client

    sources: list[LogLines] = [] if log_file is None else [FileLogLines(log_file)]
    if aws and data_file(data) is None:
        sources.append(CloudWatchLogLines(logs_client()))
    return sources


def _logged(
    found: Traced, sources: Sequence[LogLines], begin: datetime, now: datetime
) -> tuple[list[LogLine], list[str]]:
    """The lines, and why some could not be read: what the store knows is shown all the same."""
    times = [one.at for _, one in found.steps]
    since = max(begin, min(times) - _MARGIN) if times else begin
    until = min(now, max(times) + _MARGIN) if times else now
    lines: list[LogLine] = []
    problems = list(found.unreadable)
    for source in sources:
        try:
            lines += source.about(found.ids, since, until)
        except PermanentError as exc:
            problems.append(f"The logs are left out: {exc.reason}")
    return sorted(lines, key=lambda line: line.at), problems
