"""`migrate audit …`: give out what is recorded, and prove that nobody changed it."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.audit_file import destination, write
from cli.audit_verdict import ACTS, APPLICATIONS, Checked, alert, sentences, verdict
from cli.moments import earliest
from cli.store import Data, Json, engine, told
from shared.app.audit import (
    audit_acts,
    audit_applications,
    audit_migration,
    campaigns_named,
    chosen,
    migrations_of,
)
from shared.app.audit_export import audit_rows
from shared.bootstrap import utc_now
from shared.domain.audit_findings import Audited
from shared.errors import NotFoundError
from shared.ports.store import Store

FOUND: Final = 1
CANNOT_WORK: Final = 2
NOBODY_READS: Final = 141
"""How a program ends whose reader went away."""

app = typer.Typer(help="The audit: what is recorded, and the proof that it is whole.", no_args_is_help=True)
Campaign = Annotated[str | None, typer.Option(help="One campaign; without it, all of them.")]


@app.command("export")
def export(
    campaign: Campaign = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="MOMENT|DURATION", help="Only what was recorded since: 2026-11-01T00:00:00Z, or 7d."),
    ] = None,
    form: Annotated[
        Literal["jsonl", "csv"], typer.Option("--format", help="One JSON object a line, or a table for a spreadsheet.")
    ] = "jsonl",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write into this file, once all of it is there.")
    ] = None,
    data: Data = None,
) -> None:
    """Give out everything that is recorded: applied campaign files, acts on campaigns, then each migration's events by number.

    Each line of JSON has row (event, control, application or unreadable),
    campaign, migration, number, and document: the record as it is stored.

    Exit codes: 0 all of it; 1 something cannot be read, and its row says why; 2 it cannot work.

    Example: migrate audit export --since 7d --format csv --out audit.csv
    """
    with _told(), destination(out) as file:
        store = engine(data).store
        begin = None if since is None else earliest(since, utc_now())
        rows = audit_rows(campaigns_named(campaign, store=store), store=store, since=begin)
        written = write(rows, form, file)
    if out is not None:
        typer.echo(f"Rows written to {out}: {written.rows:,}", err=True)
    if written.unreadable:
        said = f"{written.unreadable} of the rows cannot be read. `migrate audit verify` tells which events they are."
        typer.secho(said, err=True, fg="red")
        raise typer.Exit(FOUND)


@app.command("verify")
def verify(
    resources: Annotated[
        list[str] | None, typer.Argument(metavar="[RESOURCE]...", help="Their ids; without any, all of them.")
    ] = None,
    campaign: Campaign = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Prove that no recorded event was changed, removed, inserted or moved, and that each state follows from its events.

    The same for acts on campaigns and for applied campaign files. What was recorded before these had hashes proves nothing:
    it is told from which number on they are chained.

    With --json, an object: intact, events, checked (a list: subject, events,
    tail, chained_from, findings; a finding has number, problem, message). Keep the
    tails elsewhere: a history that was rewritten as a whole, state included, has another one.

    Where standard error is no terminal, each history with findings is told there as
    a log line with `unexpected: broken_chain`, and counted in CloudWatch's format.

    Exit codes: 0 intact; 1 something was found; 2 it cannot work.

    Example: migrate audit verify email.notifications --campaign airflow-3
    """
    with _told():
        checked = list(_checked(engine(data).store, campaign, resources or (), show=not as_json))
        typer.echo(verdict(checked) if as_json else sentences(checked))
        if not sys.stderr.isatty():
            alert(checked)
    if any(found.findings for _, found in checked):
        raise typer.Exit(FOUND)


def _checked(store: Store, campaign: str | None, resources: Sequence[str], *, show: bool) -> Iterator[Checked]:
    names = campaigns_named(campaign, store=store)
    listed = {name: migrations_of(name, store=store) for name in names}
    migrations = [one for name in names for one in chosen(listed[name].migrations, resources)]
    there = {one.partition("/")[2] for one in migrations}
    missing = ", ".join(repr(one) for one in resources if one not in there)
    if missing:
        raise NotFoundError(f"There is no migration of {missing}. `migrate status` lists those there are.")
    for name in () if resources else names:
        yield name, Audited(0, None, listed[name].findings)
        yield f"{name}{APPLICATIONS}", audit_applications(name, store=store)
        yield f"{name}{ACTS}", audit_acts(name, store=store)
    with _progress(show) as progress:
        task = progress.add_task("", total=len(migrations), events=0)
        events = 0
        for migration in migrations:
            found = audit_migration(migration, store=store)
            events += found.events
            progress.update(task, advance=1, events=events)
            yield migration, found


def _progress(show: bool) -> Progress:
    """On standard error, and only where somebody watches; gone when it is done."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("Migrations"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[events]:,} events"),
        TimeElapsedColumn(), console=console, transient=True, disable=not (show and console.is_terminal),
    )  # fmt: skip


@contextmanager
def _told() -> Iterator[None]:
    """As `told`, with one exit code for all that keeps it from working; a reader that went away hears nothing more."""
    try:
        with told():
            yield
    except OSError as exc:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered has nowhere to go
        if isinstance(exc, BrokenPipeError):
            raise typer.Exit(NOBODY_READS) from exc
        typer.secho(f"Standard output cannot be written: {exc.strerror}", err=True, fg="red")
        raise typer.Exit(CANNOT_WORK) from exc
    except typer.Exit as exc:
        raise typer.Exit(CANNOT_WORK) from exc
