"""`migrate parked` and `migrate redrive`: acts that could not be taken, and another try for them."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli.naming import campaigns_named
from cli.store import Data, Json, engine, told
from cli.unserved import Counted, tell_if_unserved
from shared.adapters.missing import no_parked
from shared.app.redrive import Redriven, every_parked
from shared.app.redrive import redrive as redriven
from shared.bootstrap import utc_now
from shared.engines import Engine
from shared.errors import InvalidInputError, PermanentError, RetryableError
from shared.messages.escaping import as_plain
from shared.messages.parked import became, what
from shared.messages.people import in_utc
from shared.ports.queues import Outbox
from state_schema.parked import Parked

Campaign = Annotated[str | None, typer.Option(help="One campaign; without it, all of them.")]


def parked(
    campaign: Campaign = None,
    discard: Annotated[str | None, typer.Option(metavar="ID", help="Drop this one for good, unapplied.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List what people did that could not be taken: it is kept until somebody redrives or discards it.

    Example: migrate parked --campaign airflow-3
    """
    with told():
        ports = engine(data)
        items = _items(ports, campaign)
        if discard is not None:
            items = [_named(items, discard)]
            ports.parked.remove(items[0])
        if as_json:
            typer.echo(json.dumps([_document(item) for item in items]))
            return
        for item in items:
            typer.echo(_line(item) if discard is None else f"Discarded: {_line(item)}")
        if not items:
            typer.echo("Nothing is parked.")


def redrive(
    item: Annotated[str | None, typer.Argument(metavar="[ID]", help="As `migrate parked` shows it.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Everything that is parked, those who acted first first.")
    ] = False,
    campaign: Campaign = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Apply a parked act as the person who did it. Exit code 1 where something stays parked.

    Example: migrate redrive 3f9c0a1b2c3d4e5f
    """
    with told():
        if (item is None) != every:
            raise InvalidInputError(("Name one parked item by its ID, or give --all: one of the two.",))
        ports = engine(data)
        items = _items(ports, campaign)
        chosen = items if item is None else [_named(items, item)]
        results, outbox = [], Counted(ports.outbox)
        for one in sorted(chosen, key=lambda found: found.at):
            results.append(_redriven(ports, one, outbox))
            if not as_json:
                typer.echo(f"{one.id}  {what(one)}: {_message(results[-1])}")
        if as_json:
            typer.echo(json.dumps([_result(result) for result in results]))
        elif not results:
            typer.echo("Nothing is parked.")
        tell_if_unserved(outbox, data)
    raise typer.Exit(0 if all(result.removed for result in results) else 1)


def _items(ports: Engine, campaign: str | None) -> Sequence[Parked]:
    if campaign is None:
        return every_parked(ports.campaigns, ports.parked)
    campaigns_named(ports, campaign)
    return ports.parked.in_campaign(campaign)


def _named(items: Sequence[Parked], wanted: str) -> Parked:
    found = next((item for item in items if item.id == wanted), None)
    if found is None:
        raise no_parked(wanted)
    return found


def _redriven(ports: Engine, item: Parked, outbox: Outbox) -> Redriven:
    """One that still cannot be taken holds up none of the others."""
    try:
        return redriven(
            item,
            parking=ports.parked,
            store=ports.store,
            outbox=outbox,
            now=utc_now(),
        )
    except (PermanentError, RetryableError) as exc:
        return Redriven(item, "stays_parked", removed=False, said=str(exc))


def _document(item: Parked) -> dict[str, Any]:
    """Without the address to answer to: whoever has it can write there."""
    return {**item.model_dump(mode="json", exclude={"act": {"reply_to"}}), "what": what(item)}


def _result(result: Redriven) -> dict[str, Any]:
    told_as = {"outcome": result.outcome, "removed": result.removed, "message": _message(result)}
    return {"id": result.item.id, "what": what(result.item), **told_as}


def _message(result: Redriven) -> str:
    return as_plain(result.said) or became(result.outcome)


def _line(item: Parked) -> str:
    who = item.act.actor if item.act else "nobody"
    return f"{item.id}  {in_utc(item.at)}  {item.campaign or '-'}  {who}  {what(item)}"
